// How loud a figure is in the ranking: failures by their share of the calls and slowness by the calls behind it where somebody counts them,
// anything else by its own past.
import type { SeriesEvidence } from '../types.ts';
import { certaintyOf } from './certainty.ts';
import type { Settings } from './settings.ts';
import { controlOf, countsOf, failingStrength, isFailures } from './shares.ts';
import { type Strength, strengthOf } from './strength.ts';

/** Measures series of `all` from `fromMs` on; each by the counts that are among `all`. */
export const measureOf = (
  all: readonly SeriesEvidence[],
  fromMs: number,
  settings: Settings,
): ((one: SeriesEvidence) => Strength) => {
  const counts = countsOf(all);
  const control = controlOf(all);
  const certainty = certaintyOf(all, counts, fromMs, settings);
  return (one) => {
    const beside = control(one);
    if (beside !== undefined) return failingStrength(one, beside.counts, fromMs, settings, Math.min(0.5, beside.share));
    const counted = isFailures(one) ? counts(one) : undefined;
    if (counted !== undefined) return failingStrength(one, counted, fromMs, settings);
    const plain = strengthOf(one, fromMs, settings);
    return one.meta.class !== 'latency' || plain.strength === 0
      ? plain
      : { ...plain, strength: plain.strength * certainty(one) };
  };
};
