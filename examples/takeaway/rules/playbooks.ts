// What the platform can do without, and what it may do about itself: each under a lease, held against a figure of customers, undone where it did not help.
import type { Config } from '../config.ts';
import { restartable } from '../desk.ts';

export const playbooks = (config: Config): string =>
  [switchChannel, holdRelease, restart, cachedMenus, withoutExtras, dampRetries, shedBrowsing]
    .map((playbook) => playbook(config))
    .join('---\n');

/** Another bank, while it is measured healthy. */
const switchChannel = ({ name }: Config): string => `kind: playbook
name: switch-payment-channel
title: { en: Switch the payment channel, zh: 切换支付通道 }
when:
  kinds: [latency, errors, hang, unreachable]
  entityKind: third_party
  labels: { role: payment-channel }
  hasAlternative: true
  confidenceMin: 0.59
set: { service: ${name('payment')}, flag: payment.channel, value: "{{alternative}}" }
lease: 15s
guards: { approval: auto, cooldown: 10s, concurrencyMax: 1, perHourMax: 30 }
verify: { kpi: payment-success, min: 0.95, within: 30s }
undo: { afterHealthy: 10s }
`;

/** A release that gets part of the traffic is held at none of it; after 25 s held the pipeline withdraws it for good. */
const holdRelease = ({ name }: Config): string => `kind: playbook
name: hold-release
title: { en: Hold the release back, zh: 暂停发布 }
when:
  kinds: [latency, errors, hang, unreachable, cpu, memory, eventloop, saturation]
  entityKind: service
  afterDeploy: true
  confidenceMin: 0.15
set: { service: ${name('operator')}, flag: release.hold, value: "{{cause}}" }
lease: 15s
guards: { approval: auto, cooldown: 30s, concurrencyMax: 1, perHourMax: 10 }
verify: { kpi: orders-accepted, min: 0.98, causeHealthy: true, within: 20s }
undo: { afterHealthy: 30s }
`;

/** A process that is ill in itself is started anew: only what keeps nothing in memory, and takes no money. */
const restart = ({ name }: Config): string => `kind: playbook
name: restart-instance
title: { en: Restart the instance, zh: 重启实例 }
when:
  kinds: [memory, eventloop, saturation, hang, cpu]
  entityKind: service
  entities: [${restartable.map(name).join(', ')}]
  confidenceMin: 0.59
set: { service: ${name('operator')}, flag: instance.restart, value: "{{cause}}" }
lease: 15s
guards: { approval: auto, cooldown: 120s, concurrencyMax: 1, perHourMax: 4 }
verify: { kpi: orders-accepted, min: 0.95, causeHealthy: true, within: 30s }
undo: { afterHealthy: 10s }
`;

/** Yesterday's menu is better than none; a tenth is still asked for, so that the service is measured. */
const cachedMenus = ({ name }: Config): string => `kind: playbook
name: serve-cached-menus
title: { en: Serve menus from memory, zh: 使用缓存菜单 }
when:
  kinds: [latency, errors, hang, unreachable, silence, saturation, cpu, memory, eventloop, network]
  entities: [${name('menu')}, "${name('app-gateway')} → ${name('menu')}"]
  confidenceMin: 0.15
set: { service: ${name('app-gateway')}, flag: menu.source, value: cache }
lease: 15s
guards: { approval: auto, cooldown: 30s, concurrencyMax: 1, perHourMax: 20 }
verify: { kpi: menus-shown, min: 0.95, within: 15s }
undo: { afterHealthy: 10s }
`;

/** What else might taste is asked of the database too: the first thing to leave out when it is busy. */
const withoutExtras = ({ name }: Config): string => `kind: playbook
name: pause-recommendations
title: { en: Pause recommendations, zh: 暂停推荐 }
when:
  kinds: [latency, saturation, hang, cpu]
  entityKind: database
  confidenceMin: 0.15
set: { service: ${name('app-gateway')}, flag: recommendations, value: "off" }
lease: 15s
guards: { approval: auto, cooldown: 30s, concurrencyMax: 1, perHourMax: 20 }
verify: { kpi: menus-shown, min: 0.95, within: 15s }
undo: { afterHealthy: 10s }
`;

/** Whoever failed and comes again at once waits a moment, while more come than usual. */
const dampRetries = ({ name }: Config): string => `kind: playbook
name: damp-retries
title: { en: Damp impatient retries, zh: 抑制频繁重试 }
when:
  kinds: [latency, errors, hang, unreachable, saturation, traffic, cpu]
  trafficMin: 1.5
  confidenceMin: 0.15
set: { service: ${name('app-gateway')}, flag: retries.damp, value: "on" }
lease: 15s
guards: { approval: auto, cooldown: 30s, concurrencyMax: 1, perHourMax: 20 }
verify: { kpi: orders-accepted, min: 0.8, within: 20s }
undo: { afterHealthy: 15s }
`;

/** Orders before browsing, while more come than can be served. */
const shedBrowsing = ({ name }: Config): string => `kind: playbook
name: shed-browsing
title: { en: Turn browsing away, zh: 拒绝浏览流量 }
when:
  kinds: [latency, saturation, traffic, cpu, eventloop, hang]
  trafficMin: 1.8
  confidenceMin: 0.15
set: { service: ${name('app-gateway')}, flag: traffic.shed, value: browsing }
lease: 15s
guards: { approval: auto, cooldown: 60s, concurrencyMax: 1, perHourMax: 10 }
verify: { kpi: orders-accepted, min: 0.95, within: 20s }
undo: { afterHealthy: 20s }
`;
