// Edges whose calls are slow now by what matters: seldom enough to wake somebody by the calls alone, before the bank, which waits for a third
// sample of a figure that jumps, has made up its mind.
import type { Anomaly } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import { subjectOf } from '../subject.ts';
import type { Watch } from '../watch.ts';
import type { Stirring } from './openers.ts';
import { bodyTicks, isSlight } from './opening.ts';
import { natsOne } from './rarity.ts';

/** Indices of edges' medians, slowest tenths, means and ages that are slow in the tick, whether or not the bank calls them anomalous. */
export const slowEdges = function* (watch: Watch, tickMs: number): Generator<number> {
  for (const index of watch.slow.indices) {
    const one = watch.series.get(index);
    if (one !== undefined && one.lastMs >= tickMs && watch.groups.isOfCalls(one)) yield index;
  }
};

/**
 * Calls of which one in ten has been slow, or the oldest has waited, for some ticks by more than people overlook: whatever the typical one takes, the
 * slowness of these calls is not slight.
 */
export const plainlySlow = (watch: Watch, stirring: readonly Stirring[]): ReadonlySet<string> =>
  new Set(
    stirring.flatMap(({ one, rule, shown, ticks, isAge }) => {
      const { meta, last, calls } = one;
      const isPlain =
        (isAge || (meta.class === 'latency' && meta.stat === 'p90')) &&
        ticks >= bodyTicks &&
        shown >= natsOne &&
        !isSlight(last - watch.expected(one).expected, rule, meta.unit);
      return isPlain ? [calls] : [];
    }),
  );

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
