// OpenSLO documents: one that uses everything we keep, and each mistake told at its line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadRules, readRules } from './load.ts';

const availability = `apiVersion: openslo/v1
kind: SLO
metadata:
  name: payment-availability
  displayName: Payments answer without error
spec:
  service: payment
  indicator:
    metadata: { name: payment-errors }
    spec:
      ratioMetric:
        counter: true
        bad: { metricSource: { type: Fenghuo, spec: { calls: failed } } }
        total: { metricSource: { type: Fenghuo, spec: { calls: all } } }
  timeWindow:
    - duration: 4w
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
`;
const others = `apiVersion: openslo/v1
kind: DataSource
metadata: { name: probes }
spec: { type: Fenghuo, connectionDetails: {} }
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: quick }
spec:
  thresholdMetric:
    metricSource: { metricSourceRef: probes, spec: { metric: shop.wait, stat: p99, attributes: { shop: a } } }
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: { name: fast }
spec:
  severity: page
  condition: { kind: burnrate, op: gte, threshold: 10, lookbackWindow: 2h, alertAfter: 5m }
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: { name: usual }
spec:
  alertWhenBreaching: true
  conditions: [{ conditionRef: fast }]
  notificationTargets: [{ targetRef: somebody }]
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: waiting }
spec:
  service: shop
  indicatorRef: quick
  budgetingMethod: Timeslices
  objectives:
    - { displayName: Short, op: lte, value: 0.3, targetPercent: 95, timeSliceTarget: 0.9, timeSliceWindow: 1 }
    - { displayName: Bearable, op: lt, value: 2, target: 0.99, timeSliceTarget: 1, timeSliceWindow: 5m }
  alertPolicies: [{ alertPolicyRef: usual }]
---
apiVersion: openslo/v1
kind: Service
metadata: { name: shop, labels: { team: [a, b] } }
spec: {}
`;
let folder: string;
const faults = (): string[] =>
  readRules([folder]).faults.map((f) => `${f.file.split('/').at(-1)}:${f.line} ${f.message}`);
const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fenghuo-slo-'));
  put('a.yaml', availability);
  put('b.yaml', others);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('OpenSLO documents', () => {
  it('become objectives, with references followed and the usual alerts where none are named', () => {
    const [first, short, bearable] = loadRules([folder]).slos;
    expect(first).toMatchObject({
      name: 'payment-availability',
      title: { en: 'Payments answer without error' },
      service: 'payment',
      target: 0.999,
      periodMs: 28 * 86_400_000,
      indicator: { kind: 'bad', part: { calls: 'failed', service: 'payment' }, total: { calls: 'all' } },
    });
    expect(first?.policies.map(({ severity, burn }) => [severity, burn])).toEqual([
      ['page', 14.4],
      ['page', 6],
      ['ticket', 1],
    ]);
    expect(short).toMatchObject({
      name: 'waiting/1',
      target: 0.95,
      indicator: { kind: 'threshold', of: { metric: 'shop.wait', stat: 'p99' }, op: 'lte', value: 0.3 },
      slices: { windowMs: 60_000, target: 0.9 },
      policies: [{ severity: 'page', burn: 10, longMs: 7_200_000, shortMs: 600_000, forMs: 300_000 }],
    });
    expect(bearable).toMatchObject({ name: 'waiting/2', slices: { windowMs: 300_000, target: 1 } });
  });

  it.each([
    ['a misspelt field', availability.replace('  service:', '  servce:'), 'a.yaml:7 unknown field "servce" in spec'],
    ['another version', availability.replace('openslo/v1', 'openslo/v2'), 'a.yaml:1 apiVersion: apiVersion must be'],
    ['a wrong duration', availability.replace('4w', '28 days'), 'a.yaml:16 spec.timeWindow[0].duration: a duration'],
    [
      'no target',
      availability.replace('target: 0.999', 'displayName: x'),
      'a.yaml:20 spec.objectives[0]: either target',
    ],
    ['a target of 1', availability.replace('0.999', '1'), 'a.yaml:20 spec.objectives[0].target: '],
    [
      'an unknown SLI',
      availability.replace(/ {2}indicator:[\s\S]*?(?= {2}timeWindow)/, '  indicatorRef: nowhere\n'),
      'a.yaml:8 no SLI "nowhere" is declared',
    ],
    ['a calendar window', availability.replace('true\n  budg', 'false\n  budg'), 'a.yaml:16 only rolling windows'],
    [
      'somebody else’s query',
      availability.replace('type: Fenghuo, spec: { calls: failed }', 'type: Datadog, spec: { query: x }'),
      'a.yaml:13 metricSource: type "Datadog" is not asked',
    ],
    ['a misspelt source', availability.replace('calls: failed', 'calls: failing'), 'a.yaml:13 metricSource: calls: '],
    [
      'slow without a bound',
      availability.replace('calls: failed', 'calls: slow'),
      'a.yaml:13 metricSource: calls: slow',
    ],
    ['the same name twice', `${availability}---\n${availability}`, 'a.yaml:25 SLO "payment-availability" is declared'],
    [
      'slices without a length',
      availability.replace('Occurrences', 'RatioTimeslices'),
      'a.yaml:20 RatioTimeslices needs timeSliceWindow',
    ],
    [
      'good and bad',
      availability.replace('        bad:', '        good: { metricSource: { spec: { calls: all } } }\n        bad:'),
      'a.yaml:12 spec.indicator.spec.ratioMetric: either total',
    ],
  ])('tell %s', (_, text, expected) => {
    put('a.yaml', text);
    expect(
      faults().some((fault) => fault.startsWith(expected)),
      faults().join('\n'),
    ).toBe(true);
  });

  it('tell a condition that nobody declared where the policy names it', () => {
    put('b.yaml', others.replace('conditionRef: fast', 'conditionRef: slow'));
    expect(faults()).toContain('b.yaml:25 no AlertCondition "slow" is declared');
  });

  it('are bounded in number', () => {
    const many = Array.from({ length: 70 }, (_, i) =>
      availability
        .replaceAll('payment-availability', `slo-${i}`)
        .replace('    - target: 0.999', Array.from({ length: 16 }, () => '    - target: 0.999').join('\n')),
    );
    put('a.yaml', many.join('---\n'));
    expect(faults().filter((fault) => fault.includes('at most 1000 are kept'))).toHaveLength(1);
  });
});
