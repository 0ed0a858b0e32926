// Whether a slowness is more than chance: one slow call on an edge that is seldom used is no symptom yet, whatever its deviation.
import { callsBeyond, natsOf, noChanceNats, slowShare, tickNatsMax } from '../correlate/rarity.ts';
import type { SeriesEvidence } from '../types.ts';
import type { Settings } from './settings.ts';
import { callKeys, eachTick } from './shares.ts';

/** Usual extreme of a tick by the figures' metric and calls: its p99, or its greatest where no p99 is told. */
const extremesOf = (
  all: readonly SeriesEvidence[],
  keyOf: (one: SeriesEvidence) => string,
): Map<string, Map<string, number>> => {
  const extremes = new Map<string, Map<string, number>>();
  for (const one of all) {
    const { stat, metric } = one.meta;
    if (one.meta.class !== 'latency' || (stat !== 'p99' && stat !== 'max')) continue;
    const key = keyOf(one);
    const of = extremes.get(key) ?? new Map<string, number>();
    if (of.size === 0) extremes.set(key, of);
    if (stat === 'p99' || !of.has(metric)) of.set(metric, one.baseline.location);
  }
  return extremes;
};

/**
 * How far the ticks of a latency that left its band from `fromMs` on are beyond chance, by the calls behind each (binomial, `correlate/rarity.ts`):
 * 0..1 of what would open an incident at a single place. 1 where nobody counts the calls.
 */
export const certaintyOf = (
  all: readonly SeriesEvidence[],
  countsOf: (one: SeriesEvidence) => SeriesEvidence | undefined,
  fromMs: number,
  { zLeast }: Settings,
): ((one: SeriesEvidence) => number) => {
  const keyOf = callKeys();
  let extremes: ReturnType<typeof extremesOf> | undefined;
  return (one) => {
    const counts = countsOf(one);
    // Few are slow, and often nobody is.
    extremes ??= extremesOf(all, keyOf);
    const extreme = extremes.get(keyOf(one))?.get(one.meta.metric);
    if (counts === undefined || counts.meta.metric !== one.meta.metric || extreme === undefined) return 1;
    const edge = one.baseline.location + zLeast * one.baseline.scale;
    let nats = 0;
    eachTick(one, counts, fromMs, (i, n) => {
      const value = one.values[i]!;
      if (value > edge && n > 0)
        nats += Math.min(
          tickNatsMax,
          natsOf(
            n,
            callsBeyond(one.meta.stat, n),
            slowShare(value, { extreme, edge: Number.POSITIVE_INFINITY, calls: counts.baseline.location }),
          ),
        );
    });
    return Math.min(1, nats / noChanceNats);
  };
};
