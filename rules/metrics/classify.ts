// A metric's general class, learned from its words and unit: the engine knows classes, never names.
// Words are those that Prometheus exporters, service meshes, JMX, cloud providers and OpenTelemetry use alike.
import type { MetricClass } from '../contract/index.ts';

export type Classified = {
  readonly class: MetricClass;
  readonly bad: 'up' | 'down' | 'both';
  /** The figure is of the machine under the entity, which others may share. */
  readonly ofHost?: boolean;
};

type Rule = readonly [words: RegExp, unit: RegExp | undefined, class_: MetricClass, bad: Classified['bad']];

/** The first rule whose words are in the name counts. A name comes as its words, each between two spaces: ` http code 5xx count `. */
const rules: readonly Rule[] = [
  // How many went well rises and falls with demand; only as a share of all it tells of trouble.
  [/ (success|successes|successful|ok|2xx) /, /^\{/, 'traffic', 'both'],
  [/ (success|successes|successful|availability|ok|apdex|2xx) /, undefined, 'errors', 'down'],
  [
    / (error|errors|err|errs|fail|fails|failed|failure|failures|exception|exceptions|reject\w*|refused|timeouts?|abort\w*|dropped|drops|retrans\w*|overflow\w*|oom\w*|faults? rate|[45]xx|unavailable|unhealthy|restarts?) /,
    undefined,
    'errors',
    'up',
  ],
  [/ (eventloop|event loop) .*(delay|utilization|lag) /, undefined, 'saturation', 'up'],
  [/ (eventloop|event loop|uptime|cpu time) /, undefined, 'resource', 'both'],
  [/ (gc|pause|garbage|garbagecollector) .*(duration|time|seconds|pause|ms) /, undefined, 'resource', 'up'],
  [/ (pressures?|throttl\w*|sched wait|runq\w*) /, undefined, 'saturation', 'up'],
  [/ (cpu|io|disk|idle|iowait|busy|user|steal) .*(time|seconds) /, undefined, 'resource', 'both'],
  [
    / (duration|durations|latency|latencies|lat|response ?time|responsetime|resp time|rt|mrt|rtt|ttfb|elapsed|delay|age|gap|processing time|request time|p\d\d\d?\d?) /,
    undefined,
    'latency',
    'up',
  ],
  [
    / (utilization|saturation|w?queue\w*|backlog|pending|waiting|pool|load average|loadavg|load1|load5|load15|load 1|load 5|load 15|lag|inflight|in flight|active requests|concurrent\w*) /,
    undefined,
    'saturation',
    'up',
  ],
  [/ (free|freeable|available|idle|remaining|left|healthy) /, undefined, 'resource', 'down'],
  [
    / (cpu|memory|mem|heap|nonheap|rss|swap|disk|diskio|filesystem|fs|network|net|nic|rx|tx|receive|received|transmit|transmitted|socket|sockets|tcp|udp|paging|thread|threads|descriptor|descriptors|fds|handle|handles|process|system|node|container|v8js|jvm|io|iops|connections?|gc) /,
    undefined,
    'resource',
    'both',
  ],
  [
    / (request|requests|req|reqs|call|calls|operation|operations|ops|message|messages|qps|rps|tps|count|total|rate|traffic|load|workload|throughput|invocations?|hits|queries|transactions|sessions) /,
    undefined,
    'traffic',
    'both',
  ],
  [/./, /^(s|ms|us|ns|seconds?|milliseconds?)$/, 'latency', 'up'],
  [/./, /^(count\/s|1\/s|req\/s|rps|qps|\{\w+\}\/s)$/, 'traffic', 'both'],
];

/** Words of a name: split at what is no letter or digit and at humps (`CPUUtilization`, `TargetResponseTime`). */
const wordsOf = (metric: string): string =>
  ` ${metric
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z\d])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
    .join(' ')} `;

/** Metrics and units whose class is remembered: a platform has some thousands. 300 bytes each; beyond, all are judged anew. */
const JUDGED_MAX = 10_000;
const judged = new Map<string, Map<string, Classified>>();
let judgedCount = 0;

/** Class and bad direction of a metric by its name's words and its unit; `resource` where nothing tells. */
export const classify = (metric: string, unit: string): Classified => {
  const known = judged.get(metric)?.get(unit);
  if (known !== undefined) return known;
  if (judgedCount >= JUDGED_MAX) {
    judged.clear();
    judgedCount = 0;
  }
  const units = judged.get(metric) ?? new Map<string, Classified>();
  const found = judge(metric, unit);
  judged.set(metric, units.set(unit, found));
  judgedCount++;
  return found;
};

const judge = (metric: string, unit: string): Classified => {
  const words = wordsOf(metric);
  const rule = rules.find(([known, units]) => known.test(words) && (units === undefined || units.test(unit)));
  const found: Classified = rule === undefined ? { class: 'resource', bad: 'both' } : { class: rule[2], bad: rule[3] };
  const isOfHost = /^ (node|host|machine|system) /.test(words) && found.class !== 'traffic';
  return isOfHost ? { ...found, ofHost: true } : found;
};
