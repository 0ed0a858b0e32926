// How far a series left its past since the onset, as one number that is comparable between series of any unit.
import { natsOf, noChanceNats } from '../correlate/rarity.ts';
import type { SeriesEvidence, SeriesMeta } from '../types.ts';
import { extremeOf, JUST_BEFORE, localOf, middleOf, seldomOf } from './past.ts';
import type { Settings } from './settings.ts';

export type Strength = {
  /** Robust deviations in the bad direction, tempered; 0 where it is within its band. */
  readonly strength: number;
  /** The figure that shows it best, and when it first left the band. */
  readonly seen: number;
  readonly onsetMs: number;
  /** What `seen` would usually be, where that is not what the series itself was like. */
  readonly expected?: number;
  /** Samples that spoke; 0 where the series says nothing. */
  readonly present: number;
  /** What `strength` is made of: share of the samples that are outside, their median shift (the metric's unit, bad direction) and its scale. */
  readonly share: number;
  readonly shift: number;
  readonly scale: number;
  /** Shift and scale are parts of the calls (0..1) instead, and known also within the band. */
  readonly isOfCalls?: true;
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
/** Where more than half of the samples are alike the median deviation is none, and the mean one says how it moves (Iglewicz & Hoaglin, 1993). */
const MEAN_TO_SD = Math.sqrt(Math.PI / 2);
/** What a series is that stays within its band, by its samples: many are, and of few lengths. */
const calm: Strength[] = [];
export const calmOf = (present: number): Strength => {
  calm[present] ??= { ...NONE, present };
  return calm[present];
};
/** A memory that grows by a hundredth and stays there may mean something; a loop that is late by a hundredth more keeps nobody waiting. */
const DURATION_STEP = 0.1;
/** A figure hardly ever moves where its scale is such a part of how far it moved now. */
const STILL = 1e-6;
/** What silence of a series counts. */
const SILENCE = 4;
/** What a single sample of a resource counts. */
const ONCE = 0.5;
/** A figure that never moved may move a little before it means anything: one event or thing, two points of a share, a tenth of the rest. */
const leastScale = (unit: string, location: number, isErrors: boolean): number =>
  isErrors && unit === '%' ? 0.5 : leastCount(unit) || Math.max(leastAmount(unit), Math.abs(location) * 0.1);
/** Of memory and disk nobody misses less than this, however little there was before: a page more of an empty heap is nothing. */
const leastAmount = (unit: string): number => (unit === 'By' ? 2 ** 20 : leastCount(unit));
const leastCount = (unit: string): number => (unit.startsWith('{') ? 1 : unit === '1' ? 0.02 : 0);

/** Deviations tempered by a logarithm, because a constant series that moves has any z one likes, and loudness is not guilt; times the share. */
export const tempered = (z: number, share: number, settings: Settings): number =>
  z < settings.zLeast ? 0 : Math.log2(1 + z / settings.zLeast) * share ** settings.share;

const presentFrom = (values: Float64Array, from: number): number => {
  let present = 0;
  for (let i = from; i < values.length; i++) if (!Number.isNaN(values[i]!)) present++;
  return present;
};

/** Place of the first sample from `fromMs` on; their number where there is none. */
const placeFrom = (timesMs: Float64Array, fromMs: number): number => {
  let place = timesMs.length;
  while (place > 0 && timesMs[place - 1]! >= fromMs) place--;
  return place;
};

const isOwnFigure = ({ class: of }: SeriesMeta): boolean => of === 'resource' || of === 'saturation';

/** Level that a resource had just before, from which it may have stepped away; of anything else its baseline's. */
const levelBefore = ({ values, baseline }: SeriesEvidence, from: number): number => {
  // Three samples have a middle without a list that is sorted.
  let [count, least, middle, most] = [0, Number.POSITIVE_INFINITY, baseline.location, Number.NEGATIVE_INFINITY];
  for (let i = from - 1; i >= 0 && count < JUST_BEFORE; i--) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    count++;
    // The upper one of two, as `middleOf`.
    middle = count < 3 ? Math.max(most, value) : Math.max(least, Math.min(most, value));
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return middle;
};

/**
 * Most series are calm: no sample from `fromMs` on is out of the narrowest band that could be drawn around its past, or around its level just
 * before. Then its strength is 0 and need not be computed; of its past only the last `JUST_BEFORE` samples are looked at.
 */
export const isCalm = (series: SeriesEvidence, fromMs: number, settings: Settings): boolean =>
  isCalmFrom(series, placeFrom(series.timesMs, fromMs), settings);

const isCalmFrom = (series: SeriesEvidence, from: number, settings: Settings): boolean => {
  const { meta, baseline, values, anomaly } = series;
  if (anomaly !== undefined) return false;
  const { zLeast, fall, stepLeast } = settings;
  const far = zLeast * Math.max(baseline.scale, leastScale(meta.unit, baseline.location, meta.class === 'errors'));
  const isOwn = isOwnFigure(meta);
  const level = isOwn ? levelBefore(series, from) : baseline.location;
  const step = isOwn ? zLeast * Math.max(stepLeast * Math.abs(level), leastAmount(meta.unit)) : far;
  for (let i = from; i < values.length; i++) {
    const change = values[i]! - baseline.location;
    const moved = values[i]! - level;
    if (meta.bad !== 'down' && (change >= far || moved >= step)) return false;
    const part = meta.bad === 'both' ? fall : 1;
    if (meta.bad !== 'up' && (-change * part >= far || -moved * part >= step)) return false;
  }
  return true;
};

/**
 * Strength of one series from `fromMs` on: the median z of its samples outside the band, times the share of samples that are outside.
 * z is the greater of two: against all of the past, and (for resources, which wander) the step against the last samples before the onset.
 * The median keeps one wild sample from shouting; the share keeps a blip from counting as a shift.
 */
export const strengthOf = (series: SeriesEvidence, fromMs: number, settings: Settings): Strength => {
  if (series.baseline.n < 3) return NONE;
  const from = placeFrom(series.timesMs, fromMs);
  if (isCalmFrom(series, from, settings)) return calmOf(presentFrom(series.values, from));
  return fullStrengthOf(series, fromMs, settings);
};

/** The same, also where it is calm: its shift and scale within the band are known too. */
export const fullStrengthOf = (series: SeriesEvidence, fromMs: number, settings: Settings): Strength => {
  const { baseline, meta, timesMs, values } = series;
  if (baseline.n < 3) return NONE;
  const from = placeFrom(timesMs, fromMs);
  const isResource = isOwnFigure(meta);
  // Room that is left falls in saw-teeth wherever it is given back in bulk, as by collections.
  const room = isResource ? settings.fall : 1;
  const badly = (z: number): number =>
    meta.bad === 'both' ? Math.max(z, -settings.fall * z) : meta.bad === 'up' ? z : -room * z;
  const before: number[] = [];
  for (let i = 0; i < from; i++) if (!Number.isNaN(values[i]!)) before.push(values[i]!);
  const usual = Math.max(
    baseline.scale,
    isResource ? MEAN_TO_SD * Math.abs(baseline.mean - baseline.location) : 0,
    leastScale(meta.unit, baseline.location, meta.class === 'errors'),
    settings.extremes ? extremeOf(before.map((value) => badly(value - baseline.location))) : 0,
  );
  // What was so before anything happened is no news: only what came on top of it counts, and by the measure of the level it was at.
  // A heap that an earlier leak left large moves by more than a small one ever held.
  const left = before.length === 0 ? 0 : badly((before[before.length - 1]! - baseline.location) / usual);
  const isLeft = left >= settings.zLeast;
  const scale = isLeft ? Math.max(usual, leastScale(meta.unit, before[before.length - 1]!, false)) : usual;
  const known = isLeft ? (left * usual) / scale : 0;
  const isDelay = meta.unit === 's' && meta.kind === 'gauge';
  const stepLeast = isDelay ? Math.max(settings.stepLeast, DURATION_STEP) : settings.stepLeast;
  const local = isResource ? localOf(before, stepLeast, leastAmount(meta.unit)) : undefined;
  const outside: { z: number; value: number; shift: number }[] = [];
  const inside: number[] = [];
  let onsetMs = Number.POSITIVE_INFINITY;
  for (let i = from; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const level = badly((value - baseline.location) / scale) - known;
    const step = local === undefined ? level : badly((value - local.level) / local.scale);
    const z = Math.max(level, step);
    if (z < settings.zLeast) inside.push(level);
    else {
      outside.push({ z, value, shift: local === undefined || level >= step ? level * scale : step * local.scale });
      onsetMs = Math.min(onsetMs, timesMs[i]!);
    }
  }
  const present = outside.length + inside.length;
  if (outside.length === 0)
    return series.anomaly?.shape === 'silence'
      ? { ...NONE, strength: SILENCE, onsetMs: series.anomaly.onsetMs, present }
      : { ...NONE, present, scale, shift: present === 0 ? 0 : middleOf(inside) * scale };
  outside.sort((a, b) => a.z - b.z);
  const { z, value, shift } = outside[Math.floor(outside.length / 2)]!;
  const share = outside.length / present;
  // A resource that was out once was out for a tick: most such spikes are housekeeping.
  const once = isResource && outside.length === 1 ? ONCE : 1;
  // Of what hardly ever moves, and of which nobody knows how much is much, it counts how often it does: garbage is collected now and then.
  const isStill = baseline.scale <= STILL * Math.abs(value - baseline.location);
  const seldom = isResource && isStill && leastCount(meta.unit) === 0 ? seldomOf(before) : undefined;
  const certainty = seldom === undefined ? 1 : Math.min(1, natsOf(present, outside.length, seldom) / noChanceNats);
  return {
    strength: once * certainty * tempered(z, share, settings),
    seen: value,
    onsetMs,
    present,
    share,
    shift,
    scale,
  };
};
