// Who stopped calling: a service that is still called but calls its callees no more fails inside itself, though it may answer quickly and well.
import type { SeriesEvidence } from '../types.ts';
import type { Scored } from './edges.ts';
import { MAD_TO_SD, middleOf } from './past.ts';
import type { Settings } from './settings.ts';
import { strengthOf } from './strength.ts';

/** The root makes the noise of counts even, so that few calls and many are judged alike (Anscombe, Biometrika 35, 1948). */
const rooted = (series: SeriesEvidence, fromMs: number): SeriesEvidence => {
  const values = series.values.map((value) => Math.sqrt(Math.max(0, value)));
  const before = values.filter((value, i) => series.timesMs[i]! < fromMs && !Number.isNaN(value));
  const location = before.length === 0 ? 0 : middleOf(before);
  // The root of a Poisson count deviates by a half, however alike the few samples before happen to be. Rates may be averages.
  const isCount =
    series.meta.kind !== 'gauge' && series.values.every((value) => Number.isNaN(value) || Number.isInteger(value));
  const spread = before.length === 0 ? 0 : MAD_TO_SD * middleOf(before.map((value) => Math.abs(value - location)));
  return {
    meta: { ...series.meta, class: 'errors', bad: 'down', unit: '' },
    baseline: { ...series.baseline, n: before.length, location, scale: Math.max(spread, isCount ? 0.5 : 1e-12) },
    timesMs: series.timesMs,
    values,
  };
};

/** Whether a sample since `fromMs` is below all before it: no fall, no strength. */
const hasFallen = ({ timesMs, values }: SeriesEvidence, fromMs: number): boolean => {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (timesMs[i]! < fromMs) least = Math.min(value, least);
    else if (value < least) return true;
  }
  return false;
};

/** Per caller the strongest fall of calls to a callee, as far as the caller itself is still called; shared by the callers of one callee. */
export const starving = (
  traffic: readonly SeriesEvidence[],
  callers: ReadonlyMap<string, readonly string[]>,
  fromMs: number,
  settings: Settings,
): Map<string, Scored> => {
  const falls = new Map<string, Scored>();
  for (const series of traffic) {
    if (!hasFallen(series, fromMs)) continue;
    const strength = strengthOf(rooted(series, fromMs), fromMs, settings);
    if (strength.strength > (falls.get(series.meta.entity)?.strength.strength ?? 0))
      falls.set(series.meta.entity, { series, strength: { ...strength, seen: strength.seen ** 2 } });
  }
  const told = new Set(traffic.map((series) => series.meta.entity));
  const found = new Map<string, Scored>();
  for (const [entity, { series, strength }] of falls) {
    const by = (callers.get(entity) ?? []).filter((caller) => told.has(caller));
    for (const caller of by) {
      const left = (strength.strength - (falls.get(caller)?.strength.strength ?? 0)) / by.length;
      if (left > (found.get(caller)?.strength.strength ?? 0))
        found.set(caller, { series, strength: { ...strength, strength: settings.starving * left } });
    }
  }
  return found;
};
