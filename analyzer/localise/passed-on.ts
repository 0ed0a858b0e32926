// How much of an entity's trouble is what its callees pass on, in the metric's own unit: failures that it was answered with and seconds that it
// waited account for those it shows, however quiet they look beside its own past. Only as far as they are held against the callee.
import type { SeriesEvidence } from '../types.ts';
import type { Scored } from './edges.ts';
import type { Settings } from './settings.ts';
import { countsOf, eachTick, isFailures } from './shares.ts';
import { best } from './signs.ts';
import { tempered } from './strength.ts';

/** The greater part. */
export const MOST = 0.5;

/** Which share of an entity's calls went wrong, or well. */
export const isOwnShare = ({ meta }: SeriesEvidence): boolean =>
  meta.class === 'errors' && meta.caller === undefined && (meta.unit === '%' || meta.unit === '1');

/** Failures from `fromMs` on beyond the usual; never less than none. */
const excessOf = ({ timesMs, values, baseline }: SeriesEvidence, fromMs: number): number => {
  const usual = Math.max(0, baseline.location, baseline.mean);
  let excess = 0;
  for (let i = values.length - 1; i >= 0 && timesMs[i]! >= fromMs; i--)
    if (!Number.isNaN(values[i]!)) excess += values[i]! - usual;
  return Math.max(0, excess);
};

/** Calls from `fromMs` on that went wrong beyond the usual, of a share of calls that do or do not and of whoever counts them; never less than none. */
const lostOf = (series: SeriesEvidence, counts: SeriesEvidence | undefined, fromMs: number): number => {
  if (counts === undefined) return 0;
  const { meta, baseline, values } = series;
  const part = (meta.bad === 'down' ? -1 : 1) / (meta.unit === '%' ? 100 : 1);
  let lost = 0;
  eachTick(series, counts, fromMs, (place, calls) => {
    lost += calls * part * (values[place]! - baseline.location);
  });
  return Math.max(0, lost);
};

/**
 * Whether the figures of one class of an edge are held against its callee rather than its caller: who alone complains of what others call as
 * ever waits for itself.
 */
const isHeld = (figures: readonly Scored[], settings: Settings): boolean => {
  const whole = figures.map(({ strength: { shift, scale, share } }) => tempered(shift / scale, share, settings));
  return best(figures) > MOST * Math.max(0, ...whole);
};

/**
 * Tells for an entity, one of its callees and the entity's strongest symptom which part of the symptom, 0..1, the calls to the callee account for.
 * @param all the evidence  @param scored every entity's symptoms, edges shared out
 */
export const passedOn = (
  all: readonly SeriesEvidence[],
  scored: readonly Scored[],
  fromMs: number,
  settings: Settings,
): ((entity: string, callee: string, strongest: Scored) => number) => {
  // Failures that an entity shows itself: asked of few.
  const known = new Map<string, number | undefined>();
  const shownBy = (entity: string): number | undefined => {
    if (known.has(entity)) return known.get(entity);
    const own = all.filter((one) => one.meta.entity === entity && one.meta.caller === undefined && isFailures(one));
    const sum = own.length === 0 ? undefined : own.reduce((so, one) => so + excessOf(one, fromMs), 0);
    known.set(entity, sum);
    return sum;
  };
  const edges = new Map<string, Scored[]>();
  for (const one of scored) {
    const { caller = '', entity, class: of } = one.series.meta;
    // What has not moved is nothing that could be passed on.
    if (caller === entity || (one.strength.strength === 0 && one.strength.shift <= 0)) continue;
    const key = `${caller}\u0000${entity}\u0000${of}`;
    const known = edges.get(key);
    if (known === undefined) edges.set(key, [one]);
    else known.push(one);
  }
  const against = (key: string): readonly Scored[] => {
    const figures = edges.get(key) ?? [];
    return isHeld(figures, settings) ? figures.filter(({ strength }) => strength.strength > 0) : [];
  };
  const shares = scored.filter(({ series, strength }) => isOwnShare(series) && strength.strength > 0);
  const counts = shares.length === 0 ? () => undefined : countsOf(all);
  const lost = new Map<string, number>();
  for (const { series } of shares) {
    const of = `${series.meta.entity}\u0000${series.meta.metric}`;
    lost.set(of, (lost.get(of) ?? 0) + lostOf(series, counts(series), fromMs));
  }
  return (entity, callee, { series, strength }) => {
    // A figure of calls to another that accuses the caller is accounted for already.
    if (series.meta.caller === entity) return 0;
    const figures = against(`${entity}\u0000${callee}\u0000${series.meta.class}`);
    // Shares thin out where many others call as well; what went wrong of the calls themselves does not.
    const whole = isOwnShare(series) ? (lost.get(`${entity}\u0000${series.meta.metric}`) ?? 0) : 0;
    const part = lost.get(`${callee}\u0000${series.meta.metric}`) ?? 0;
    if (whole > 0 && part > 0) return Math.min(1, part / whole);
    if (isFailures(series)) {
      const whole = shownBy(entity) ?? excessOf(series, fromMs);
      const part = figures.reduce((sum, one) => sum + (isFailures(one.series) ? excessOf(one.series, fromMs) : 0), 0);
      return whole > 0 ? Math.min(1, part / whole) : 0;
    }
    const longest = (of: readonly Scored[]): number =>
      Math.max(0, ...of.flatMap((one) => (one.series.meta.stat === series.meta.stat ? [one.strength.shift] : [])));
    // What a callee says of itself needs no second caller that says so.
    const waited = longest(edges.get(`${entity}\u0000${callee}\u0000latency`) ?? []);
    const confessed = Math.min(waited, longest(edges.get(`\u0000${callee}\u0000latency`) ?? []));
    return strength.shift > 0 ? Math.min(1, Math.max(longest(figures), confessed) / strength.shift) : 0;
  };
};
