// Failed calls by their share of the calls, wherever somebody counts both: thirty failures of a busy caller are not more than three of a callee
// that is called three times a second. Calls are pooled since the onset, since at night a second holds too few to have a share.
import type { SeriesEvidence, SeriesMeta } from '../types.ts';
import type { Settings } from './settings.ts';
import { calmOf, type Strength, tempered } from './strength.ts';

/** Two points of a share are its least scale, as of any share. */
const LEAST_SHARE = 0.02;

/** Whose calls a figure is of: those of an edge by caller and callee, or those that a process serves. */
export const callKeyOf = ({ meta: { entity, caller, instance } }: SeriesEvidence): string =>
  `${caller ?? ''}\u0000${entity}\u0000${instance ?? ''}`;
/** `callKeyOf` for one look over many series: most follow others of the same calls, and the key is made once for them. */
export const callKeys = (): ((one: SeriesEvidence) => string) => {
  let last: SeriesMeta | undefined;
  let key = '';
  return (one) => {
    const { meta } = one;
    const isAlike = meta.entity === last?.entity && meta.caller === last.caller && meta.instance === last.instance;
    if (!isAlike) key = callKeyOf(one);
    last = meta;
    return key;
  };
};
const isTraffic = ({ meta }: SeriesEvidence): boolean => meta.class === 'traffic' && meta.kind === 'delta';
/** Calls counted by whoever times them, and by others. */
const isTimed = ({ meta }: SeriesEvidence): boolean => meta.stat === 'count' && meta.unit === 's';
const isTallied = ({ meta }: SeriesEvidence): boolean => meta.unit.startsWith('{');
/** Failed calls a tick; shares and foreign rates are figures like any other. */
export const isFailures = ({ meta }: SeriesEvidence): boolean => meta.class === 'errors' && meta.kind === 'delta';

/**
 * Finds who counts the calls behind a figure: the one count of the same edge or the same process, best by whoever times them;
 * undefined where there is none, or several.
 */
export const countsOf = (all: readonly SeriesEvidence[]): ((figure: SeriesEvidence) => SeriesEvidence | undefined) => {
  const timed = new Map<string, SeriesEvidence | undefined>();
  const tallied = new Map<string, SeriesEvidence | undefined>();
  const keyOf = callKeys();
  for (const one of all) {
    if (!isTraffic(one)) continue;
    const ones = isTimed(one) ? timed : isTallied(one) ? tallied : undefined;
    if (ones === undefined) continue;
    const key = keyOf(one);
    ones.set(key, ones.has(key) ? undefined : one);
  }
  return (figure) => {
    const key = keyOf(figure);
    return timed.has(key) ? timed.get(key) : tallied.get(key);
  };
};

/** Visits the samples of `figure` from `fromMs` on, latest first, with the calls of the same tick; what only one of both tells is left out. */
export const eachTick = (
  figure: SeriesEvidence,
  counts: SeriesEvidence,
  fromMs: number,
  visit: (place: number, calls: number) => undefined,
): undefined => {
  let at = counts.timesMs.length - 1;
  for (let i = figure.timesMs.length - 1; i >= 0 && figure.timesMs[i]! >= fromMs; i--) {
    while (at >= 0 && counts.timesMs[at]! > figure.timesMs[i]!) at--;
    const calls = counts.timesMs[at] === figure.timesMs[i] ? counts.values[at]! : Number.NaN;
    if (!Number.isNaN(figure.values[i]!) && !Number.isNaN(calls)) visit(i, calls);
  }
};

/** Part of the calls that usually fails. */
const usualShare = ({ baseline }: SeriesEvidence, counts: SeriesEvidence): number =>
  Math.max(baseline.location, baseline.mean, 0) / Math.max(1, counts.baseline.location);

/** A process' own failures beside its calls, and which part of theirs its peers usually fail. */
export type Control = { readonly counts: SeriesEvidence; readonly share: number };

/** Entities of which several processes tell. */
const severalOf = (all: readonly SeriesEvidence[]): ReadonlySet<string> => {
  const several = new Set<string>();
  const first = new Map<string, string>();
  let last: SeriesMeta | undefined;
  for (const { meta } of all) {
    const { entity, instance } = meta;
    if (instance === undefined || meta.caller !== undefined) continue;
    if (entity === last?.entity && instance === last.instance) continue;
    last = meta;
    const known = first.get(entity);
    if (known === undefined) first.set(entity, instance);
    else if (known !== instance) several.add(entity);
  }
  return several;
};

/**
 * Finds the control group of the failures that a process tells of itself: the other processes of its service (canary analysis). undefined where
 * there is none that tells.
 */
export const controlOf = (all: readonly SeriesEvidence[]): ((one: SeriesEvidence) => Control | undefined) => {
  const isOwn = ({ meta }: SeriesEvidence): boolean => meta.caller === undefined && meta.instance !== undefined;
  const several = severalOf(all);
  if (several.size === 0) return () => undefined;
  const services = new Map<string, SeriesEvidence[]>();
  for (const one of all) {
    if (!several.has(one.meta.entity) || !isOwn(one) || !isFailures(one) || one.meta.unit !== '{error}') continue;
    const key = `${one.meta.entity}\u0000${one.meta.metric}`;
    services.set(key, [...(services.get(key) ?? []), one]);
  }
  // Whoever is alone has no peers, and most are.
  const groups = [...services.values()].filter((group) => new Set(group.map(({ meta }) => meta.instance)).size > 1);
  if (groups.length === 0) return () => undefined;
  const entities = new Set(groups.map(([one]) => one!.meta.entity));
  const about = all.filter((one) => entities.has(one.meta.entity) && isOwn(one));
  // Collections are timed and counted too: calls are what has a latency.
  const timed = new Set(about.flatMap(({ meta }) => (meta.class === 'latency' ? [meta.metric] : [])));
  const counts = countsOf(about.filter(({ meta }) => timed.has(meta.metric)));
  const found = new Map<SeriesEvidence, Control>();
  for (const group of groups)
    for (const one of group) {
      const mine = counts(one);
      const shares = group.flatMap((peer) => {
        const theirs = peer.meta.instance === one.meta.instance ? undefined : counts(peer);
        return theirs === undefined ? [] : [usualShare(peer, theirs)];
      });
      if (mine !== undefined && shares.length > 0) found.set(one, { counts: mine, share: Math.min(...shares) });
    }
  return (one) => found.get(one);
};

/**
 * Strength of failures by the share of calls that failed from `fromMs` on, in the share's robust deviations: two points, or the binomial's
 * where so few calls say no better. `seen` stays the failures of a tick.
 * @param most part that may be usual: that of its peers, since a process that always failed is no better for it
 */
export const failingStrength = (
  failures: SeriesEvidence,
  counts: SeriesEvidence,
  fromMs: number,
  settings: Settings,
  most = 0.5,
): Strength => {
  let [failed, calls, ticks, onsetMs] = [0, 0, 0, Number.POSITIVE_INFINITY];
  eachTick(failures, counts, fromMs, (i, n) => {
    const k = failures.values[i]!;
    failed += k;
    calls += Math.max(n, k);
    if (n > 0 || k > 0) ticks++;
    if (k > 0) onsetMs = failures.timesMs[i]!;
  });
  // Of an edge it counts how far its share is from the usual one also where none failed.
  if (failed === 0 && failures.meta.caller === undefined) return calmOf(ticks);
  const usual = Math.min(most, usualShare(failures, counts));
  // That none failed so far does not mean never: one call more is thought of as failed (Laplace).
  const scale = Math.max(LEAST_SHARE, Math.sqrt((Math.max(usual, 1 / (calls + 1)) * (1 - usual)) / Math.max(1, calls)));
  const shift = calls === 0 ? 0 : failed / calls - usual;
  return {
    strength: tempered(shift / scale, 1, settings),
    seen: ticks === 0 ? Number.NaN : failed / ticks,
    expected: ticks === 0 ? Number.NaN : (usual * calls) / ticks,
    onsetMs,
    present: ticks,
    share: 1,
    shift,
    scale,
    isOfCalls: true,
  };
};
