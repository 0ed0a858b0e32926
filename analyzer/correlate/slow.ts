// Edges whose calls are slow now by what matters: seldom enough to wake somebody by the calls alone, before the bank, which waits for a third
// sample of a figure that jumps, has made up its mind.
import type { Anomaly } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import { subjectOf } from '../subject.ts';
import type { Watch } from '../watch.ts';

/** Indices of edges' medians, slowest tenths, means and ages that are slow in the tick, whether or not the bank calls them anomalous. */
export const slowEdges = function* (watch: Watch, tickMs: number): Generator<number> {
  for (const index of watch.slow.indices) {
    const one = watch.series.get(index);
    if (one !== undefined && one.lastMs >= tickMs && watch.groups.isOfCalls(one)) yield index;
  }
};

type Band = Pick<Anomaly, 'expected' | 'low' | 'high'>;

/** A series' last `ticks` samples as an anomaly like the detector's; `band` is what else was expected than the series itself is like. */
export const told = (watch: Watch, one: Series, ticks: number, band: Band = watch.expected(one)): Anomaly => {
  const { timesMs } = watch.bank.recent(one.index);
  const { expected, low, high } = band;
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
