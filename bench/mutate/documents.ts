// Documents as people and their tools write them, to be spoiled: rules, what to scrape, alerts and silences.

export const playbook = `kind: playbook
name: switch
title: { en: Switch the channel, zh: 切换通道 }
when: { kinds: [latency], confidenceMin: 0.6 }
set: { service: payment, flag: payment.channel, value: other }
lease: 30s
guards: {}
verify: { kpi: success, min: 0.98, within: 20s }
undo: { afterHealthy: 10s }
---
kind: topology
entities: []
kpis: [{ name: success, title: Payments, audience: customers, metric: payments, unit: '1', better: higher }]
`;

export const openslo = `apiVersion: openslo/v1
kind: SLO
metadata: { name: payment-availability }
spec:
  service: payment
  indicator:
    metadata: { name: payment-errors }
    spec:
      ratioMetric:
        counter: true
        bad: { metricSource: { type: Fenghuo, spec: { calls: failed } } }
        total: { metricSource: { type: Fenghuo, spec: { calls: all } } }
  timeWindow: [{ duration: 4w, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.999 }]
`;

export const scrape = `global: { scrape_interval: 5s }
scrape_configs:
  - job_name: node
    static_configs: [{ targets: ['h1:9100', 'h2:9100'], labels: { zone: eu } }]
    metric_relabel_configs:
      - { source_labels: [__name__], regex: 'go_(.+)', action: drop }
`;

export const matcherText = 'service=~"bank-[ab]|payment\\\\d+"';

const iso = (ms: number): string => new Date(ms).toISOString();
export const alerts = (nowMs: number): object[] => [
  {
    labels: { alertname: 'HighLatency', service: 'payment', severity: 'page' },
    annotations: { summary: 'p99 over 500 ms' },
    startsAt: iso(nowMs - 60_000),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus:9090/graph',
  },
];
export const silence = (nowMs: number): object => ({
  matchers: [{ name: 'service', value: 'bank-.*', isRegex: true, isEqual: true }],
  startsAt: iso(nowMs),
  endsAt: iso(nowMs + 3_600_000),
  createdBy: 'ada',
  comment: 'maintenance',
});
