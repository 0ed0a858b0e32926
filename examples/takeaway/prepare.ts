// The platform's own rules for Fenghuo, written for the names and ports of this run: what traffic alone cannot tell.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, config } from './config.ts';

/** Writes the rules into the data folder and answers where; `up` hands the folder to the engine. */
export const prepare = (env: Readonly<Record<string, string | undefined>>): { readonly rulesDir: string } => {
  const platform = config(env);
  const rulesDir = join(platform.data, 'rules');
  mkdirSync(rulesDir, { recursive: true });
  writeFileSync(join(rulesDir, 'topology.yaml'), topology(platform));
  writeFileSync(join(rulesDir, 'switch-payment-channel.yaml'), playbook(platform));
  return { rulesDir };
};

const topology = ({
  name,
  port,
}: Config): string => `# Third parties have no probe: their addresses, and who can stand in for whom, must be told.
kind: topology
entities:
  - { name: ${name('bank-a')}, kind: third_party, addresses: ["127.0.0.1:${port('bank-a')}"], alternatives: [${name('bank-b')}], labels: { role: payment-channel } }
  - { name: ${name('bank-b')}, kind: third_party, addresses: ["127.0.0.1:${port('bank-b')}"], alternatives: [${name('bank-a')}], labels: { role: payment-channel } }
  - { name: ${name('database')}, kind: database, addresses: ["127.0.0.1:${port('database')}"] }
  - { name: ${name('queue')}, kind: queue, addresses: ["127.0.0.1:${port('queue')}"] }
kpis:
  - name: payment-success
    title: { en: Payments that succeed, zh: 支付成功率 }
    audience: customers
    metric: takeaway.payment.successes
    per: { metric: takeaway.payment.attempts }
    unit: "1"
    better: higher
  - name: orders-paid
    title: { en: Orders paid, zh: 已支付订单 }
    audience: customers
    metric: takeaway.orders
    attributes: { outcome: paid }
    unit: "{order}"
    better: higher
    impact: true
  - name: orders-dispatched
    title: { en: Paid orders that get a rider, zh: 已派单率 }
    audience: customers
    metric: takeaway.dispatches
    service: ${name('dispatch')}
    per: { metric: takeaway.orders, attributes: { outcome: paid } }
    unit: "1"
    better: higher
  - name: terminals-online
    title: { en: Terminals online, zh: 在线终端 }
    audience: merchants
    metric: takeaway.terminals.online
    unit: "{terminal}"
    better: higher
  - name: riders-free
    title: { en: Riders free, zh: 空闲骑手 }
    audience: riders
    metric: takeaway.riders.free
    unit: "{rider}"
    better: higher
`;

const playbook = ({ name }: Config): string => `kind: playbook
name: switch-payment-channel
title: { en: Switch the payment channel, zh: 切换支付通道 }
when:
  kinds: [latency, errors, hang, unreachable]
  entityKind: third_party
  labels: { role: payment-channel }
  hasAlternative: true
  confidenceMin: 0.5
set: { service: ${name('payment')}, flag: payment.channel, value: "{{alternative}}" }
lease: 15s
guards: { approval: auto, cooldown: 10s, concurrencyMax: 1, perHourMax: 30 }
verify: { kpi: payment-success, min: 0.95, within: 30s }
undo: { afterHealthy: 10s }
`;
