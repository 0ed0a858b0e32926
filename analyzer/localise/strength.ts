// How far a series left its past since the onset, as one number that is comparable between series of any unit.
import type { SeriesEvidence } from '../types.ts';
import { extremeOf, localOf, middleOf } from './past.ts';
import type { Settings } from './settings.ts';

export type Strength = {
  /** Robust deviations in the bad direction, tempered; 0 where it is within its band. */
  readonly strength: number;
  /** The figure that shows it best, and when it first left the band. */
  readonly seen: number;
  readonly onsetMs: number;
  /** Samples that spoke; 0 where the series says nothing. */
  readonly present: number;
  /** What `strength` is made of: share of the samples that are outside, their median shift (the metric's unit, bad direction) and its scale. */
  readonly share: number;
  readonly shift: number;
  readonly scale: number;
};

const NONE: Strength = {
  strength: 0,
  seen: Number.NaN,
  onsetMs: Number.POSITIVE_INFINITY,
  present: 0,
  share: 0,
  shift: 0,
  scale: 1,
};
/** What silence of a series counts. */
const SILENCE = 4;
/** What a single sample of a resource counts. */
const ONCE = 0.5;
/** A figure that never moved may move a little before it means anything: one event or thing, two points of a share, 5 % of the rest. */
const leastScale = (unit: string, location: number, isErrors: boolean): number =>
  isErrors && unit === '%' ? 0.5 : leastCount(unit) || Math.abs(location) * 0.1;
const leastCount = (unit: string): number => (unit.startsWith('{') ? 1 : unit === '1' ? 0.02 : 0);

/** Deviations tempered by a logarithm, because a constant series that moves has any z one likes, and loudness is not guilt; times the share. */
export const tempered = (z: number, share: number, settings: Settings): number =>
  z < settings.zLeast ? 0 : Math.log2(1 + z / settings.zLeast) * share ** settings.share;

const presentFrom = (values: Float64Array, from: number): number => {
  let present = 0;
  for (let i = from < 0 ? values.length : from; i < values.length; i++) if (!Number.isNaN(values[i]!)) present++;
  return present;
};

/** Most series are calm: no sample is out of the narrowest band that could be drawn. Of an edge also the shift within the band counts. */
const isCalm = (
  { meta, baseline, values, anomaly }: SeriesEvidence,
  from: number,
  { zLeast, fall }: Settings,
): boolean => {
  if (meta.caller !== undefined || anomaly !== undefined || meta.class === 'resource' || meta.class === 'saturation')
    return false;
  const far = zLeast * Math.max(baseline.scale, leastScale(meta.unit, baseline.location, meta.class === 'errors'));
  for (let i = from < 0 ? values.length : from; i < values.length; i++) {
    const change = values[i]! - baseline.location;
    if (meta.bad !== 'down' && change >= far) return false;
    if (meta.bad !== 'up' && -change * (meta.bad === 'both' ? fall : 1) >= far) return false;
  }
  return true;
};

/**
 * Strength of one series from `fromMs` on: the median z of its samples outside the band, times the share of samples that are outside.
 * z is the greater of two: against all of the past, and (for resources, which wander) the step against the last samples before the onset.
 * The median keeps one wild sample from shouting; the share keeps a blip from counting as a shift.
 */
export const strengthOf = (series: SeriesEvidence, fromMs: number, settings: Settings): Strength => {
  const { baseline, meta, timesMs, values } = series;
  const from = timesMs.findIndex((time) => time >= fromMs);
  if (baseline.n < 3) return NONE;
  const isResource = meta.class === 'resource' || meta.class === 'saturation';
  // Room that is left falls in saw-teeth wherever it is given back in bulk, as by collections.
  const room = isResource ? settings.fall : 1;
  const badly = (z: number): number =>
    meta.bad === 'both' ? Math.max(z, -settings.fall * z) : meta.bad === 'up' ? z : -room * z;
  if (isCalm(series, from, settings)) return { ...NONE, present: presentFrom(values, from) };
  const before = values.subarray(0, from < 0 ? values.length : from).filter((value) => !Number.isNaN(value));
  const usual = Math.max(
    baseline.scale,
    leastScale(meta.unit, baseline.location, meta.class === 'errors'),
    settings.extremes ? extremeOf(before.map((value) => badly(value - baseline.location))) : 0,
  );
  // What was so before anything happened is no news: only what came on top of it counts, and by the measure of the level it was at.
  // A heap that an earlier leak left large moves by more than a small one ever held.
  const left = before.length === 0 ? 0 : badly((before[before.length - 1]! - baseline.location) / usual);
  const isLeft = left >= settings.zLeast;
  const scale = isLeft ? Math.max(usual, leastScale(meta.unit, before[before.length - 1]!, false)) : usual;
  const known = isLeft ? (left * usual) / scale : 0;
  const local = isResource ? localOf(before, settings.stepLeast, leastCount(meta.unit)) : undefined;
  const outside: { z: number; value: number }[] = [];
  const inside: number[] = [];
  let onsetMs = Number.POSITIVE_INFINITY;
  for (let i = from < 0 ? values.length : from; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const level = badly((value - baseline.location) / scale) - known;
    const z = local === undefined ? level : Math.max(level, badly((value - local.level) / local.scale));
    if (z < settings.zLeast) inside.push(level);
    else {
      outside.push({ z, value });
      onsetMs = Math.min(onsetMs, timesMs[i]!);
    }
  }
  const present = outside.length + inside.length;
  if (outside.length === 0)
    return series.anomaly?.shape === 'silence'
      ? { ...NONE, strength: SILENCE, onsetMs: series.anomaly.onsetMs, present }
      : { ...NONE, present, scale, shift: present === 0 ? 0 : middleOf(inside) * scale };
  outside.sort((a, b) => a.z - b.z);
  const { z, value } = outside[Math.floor(outside.length / 2)]!;
  const share = outside.length / present;
  // A resource that was out once was out for a tick: most such spikes are housekeeping.
  const weight = isResource && outside.length === 1 ? ONCE : 1;
  return {
    strength: weight * tempered(z, share, settings),
    seen: value,
    onsetMs,
    present,
    share,
    shift: z * scale,
    scale,
  };
};
