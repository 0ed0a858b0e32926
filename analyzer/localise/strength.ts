// How far a series left its past since the onset, as one number that is comparable between series of any unit.
import type { SeriesEvidence } from '../types.ts';

export type Strength = {
  /** Robust deviations in the bad direction, tempered; 0 where it is within its band. */
  readonly strength: number;
  /** The figure that shows it best, and when it first left the band. */
  readonly seen: number;
  readonly onsetMs: number;
  /** Samples that spoke; 0 where the series says nothing. */
  readonly present: number;
};

const NONE: Strength = { strength: 0, seen: Number.NaN, onsetMs: Number.POSITIVE_INFINITY, present: 0 };
/** A figure that never moved may move a little before it means anything: one event or thing, two points of a share, 5 % of the rest. */
const leastScale = (unit: string, location: number, isErrors: boolean): number =>
  isErrors && (unit === '%' || unit === 'percent')
    ? 0.5
    : unit.startsWith('{')
      ? 1
      : unit === '1'
        ? 0.02
        : Math.abs(location) * 0.05;
/** Below three robust deviations nothing is said. */
const Z_MIN = 3;
/** Weight of a fall where the bad direction is not known. */
const FALL = 0.3;

/**
 * Strength of one series from `fromMs` on: the median z of its samples outside the band, times the share of samples that are outside.
 * The median keeps one wild sample from shouting; the share keeps a blip from counting as a shift. z is tempered by a logarithm,
 * because a constant series that moves has any z one likes, and loudness is not guilt.
 */
export const strengthOf = (series: SeriesEvidence, fromMs: number): Strength => {
  const { baseline, meta, timesMs, values } = series;
  if (baseline.n < 3) return NONE;
  const scale = Math.max(baseline.scale, leastScale(meta.unit, baseline.location, meta.class === 'errors'));
  const outside: { z: number; value: number }[] = [];
  let present = 0;
  let before = 0;
  let onsetMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const z = (value - baseline.location) / scale;
    // More use of a resource hurts more often than less: a victim idles.
    const level = meta.bad === 'both' ? Math.max(z, -FALL * z) : meta.bad === 'up' ? z : -z;
    if (timesMs[i]! < fromMs) {
      // What was so before anything happened is no news: only what came on top of it counts.
      before = level < Z_MIN ? 0 : level;
      continue;
    }
    present++;
    const bad = level - before;
    if (bad < Z_MIN) continue;
    outside.push({ z: bad, value });
    onsetMs = Math.min(onsetMs, timesMs[i]!);
  }
  if (outside.length === 0)
    return series.anomaly?.shape === 'silence'
      ? { strength: 4, seen: Number.NaN, onsetMs: series.anomaly.onsetMs, present }
      : { ...NONE, present };
  outside.sort((a, b) => a.z - b.z);
  const middle = outside[Math.floor(outside.length / 2)]!;
  return {
    strength: Math.log2(1 + middle.z / Z_MIN) * (outside.length / present) ** 0.5,
    seen: middle.value,
    onsetMs,
    present,
  };
};
