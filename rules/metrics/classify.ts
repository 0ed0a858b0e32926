// A metric's general class, learned from its words and unit: the engine knows classes, never names.
import type { MetricClass } from '../contract/index.ts';

export type Classified = { readonly class: MetricClass; readonly bad: 'up' | 'down' | 'both' };

const rules: readonly (readonly [words: RegExp, units: RegExp | undefined, Classified])[] = [
  [/(success|availability|ok_)/, undefined, { class: 'errors', bad: 'down' }],
  [
    /(error|fail|exception|reject|timeout|abort|dropped|retrans|overflow|oom|fault_rate|5xx)/,
    undefined,
    { class: 'errors', bad: 'up' },
  ],
  [/(eventloop|event_loop).*(delay|utilization|lag)/, undefined, { class: 'saturation', bad: 'up' }],
  [/(eventloop|event_loop|uptime|cpu\.time)/, undefined, { class: 'resource', bad: 'both' }],
  [/(active_requests|in_?flight)/, undefined, { class: 'saturation', bad: 'up' }],
  [/(gc|pause).*(duration|time)/, undefined, { class: 'resource', bad: 'up' }],
  [/(duration|latency|response_time|elapsed|delay|_age|\.age$|gap)/, undefined, { class: 'latency', bad: 'up' }],
  [
    /(utilization|saturation|pressure|queue|backlog|pending|waiting|pool|load_average|throttl|lag)/,
    undefined,
    { class: 'saturation', bad: 'up' },
  ],
  [
    /(cpu|memory|mem_|heap|disk|filesystem|network|socket|paging|thread|descriptor|handle|process|system|v8js|io)/,
    undefined,
    { class: 'resource', bad: 'both' },
  ],
  [
    /(request|call|operation|message|qps|rps|count|rate|traffic|workload)/,
    undefined,
    { class: 'traffic', bad: 'both' },
  ],
  [/./, /^(s|ms|us|ns)$/, { class: 'latency', bad: 'up' }],
];

/** Class and bad direction of a metric by its name's words and its UCUM unit; `resource` where nothing tells. */
export const classify = (metric: string, unit: string): Classified => {
  const name = metric.toLowerCase();
  return (
    rules.find(([words, units]) => words.test(name) && (units === undefined || units.test(unit)))?.[2] ?? {
      class: 'resource',
      bad: 'both',
    }
  );
};
