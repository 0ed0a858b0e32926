// Whether a slowness is more than chance: one slow call on an edge that is seldom used is no symptom yet, whatever its deviation.
import { callsBeyond, natsOf, noChanceNats, slowShare, tickNatsMax } from '../correlate/rarity.ts';
import type { SeriesEvidence } from '../types.ts';
import type { Settings } from './settings.ts';
import { callKeyOf, placesOf } from './shares.ts';

/** Usual extreme of a tick by the figures' metric and calls: its p99, or its greatest where no p99 is told. */
const extremesOf = (all: readonly SeriesEvidence[]): Map<string, number> => {
  const extremes = new Map<string, number>();
  for (const one of all) {
    const { stat, metric, class: of } = one.meta;
    if (of !== 'latency' || (stat !== 'p99' && stat !== 'max')) continue;
    const key = `${callKeyOf(one)}\u0000${metric}`;
    if (stat === 'p99' || !extremes.has(key)) extremes.set(key, one.baseline.location);
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
  const extremes = extremesOf(all);
  return (one) => {
    const counts = countsOf(one);
    const extreme = extremes.get(`${callKeyOf(one)}\u0000${one.meta.metric}`);
    if (counts === undefined || counts.meta.metric !== one.meta.metric || extreme === undefined) return 1;
    const edge = one.baseline.location + zLeast * one.baseline.scale;
    let nats = 0;
    for (const [i, n] of placesOf(one, counts, fromMs)) {
      const value = one.values[i]!;
      if (value > edge && n > 0)
        nats += Math.min(
          tickNatsMax,
          natsOf(n, callsBeyond(one.meta.stat, n), slowShare(value, extreme, counts.baseline.location)),
        );
    }
    return Math.min(1, nats / noChanceNats);
  };
};
