// Edges whose calls are slow now by what matters: seldom enough to wake somebody by the calls alone, before the bank, which waits for a third
// sample of a figure that jumps, has made up its mind.
import type { Anomaly, DetectorRule } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import { subjectOf } from '../subject.ts';
import type { Watch } from '../watch.ts';
import { matters } from './opening.ts';

/** Whether a latency's last figure is beyond what matters. */
export const isSlow = (watch: Watch, one: Series, rule: DetectorRule): boolean => {
  const { meta, last } = one;
  // Most are far below what anybody would notice: that costs no look at what is expected.
  if (!(last >= (rule.floor[meta.unit] ?? 0))) return false;
  return matters(Math.fround(last), watch.expected(one).expected, meta.bad, rule, meta.unit);
};

/** Indices of edges' medians and ages that are slow in the tick, whether or not the bank calls them anomalous. */
export const slowEdges = function* (watch: Watch, tickMs: number, rule: DetectorRule): Generator<number> {
  for (const figures of [watch.groups.bodies, watch.groups.ages])
    for (const one of figures.values()) if (one.lastMs >= tickMs && isSlow(watch, one, rule)) yield one.index;
};

/** A series' last `ticks` samples as an anomaly like the detector's. */
export const told = (watch: Watch, one: Series, ticks: number): Anomaly => {
  const { timesMs } = watch.bank.recent(one.index);
  const { expected, low, high } = watch.expected(one);
  const { meta, last, lastMs } = one;
  return {
    ...subjectOf(meta),
    shape: 'spike',
    onsetMs: timesMs[timesMs.length - Math.max(1, ticks)] ?? lastMs,
    detectedMs: lastMs,
    seen: last,
    expected,
    low,
    high,
    z: (3 * (last - expected)) / Math.max(high - expected, 1e-9),
    probability: 1,
  };
};
