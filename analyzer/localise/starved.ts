// Who stopped calling: a service that is still called but calls its callees no more fails inside itself, though it may answer quickly and well;
// and who stopped taking: a consumer that works nothing off while messages still come.
import type { EntityKind } from '@fenghuo/rules/contract';
import type { SeriesEvidence } from '../types.ts';
import type { Scored } from './edges.ts';
import { MAD_TO_SD, middleOf } from './past.ts';
import type { Settings } from './settings.ts';
import { strengthOf } from './strength.ts';

/** Whether a sample from `fromMs` on is below all before: of most series one of the last before says that none is. */
const isLeastYet = ({ timesMs, values }: SeriesEvidence, fromMs: number): boolean => {
  let least = Number.POSITIVE_INFINITY;
  let i = values.length - 1;
  for (; i >= 0 && timesMs[i]! >= fromMs; i--) if (values[i]! < least) least = values[i]!;
  for (; i >= 0; i--) if (values[i]! <= least) return false;
  return true;
};

/**
 * Calls by their roots, which make the noise of counts even, so that few calls and many are judged alike (Anscombe, Biometrika 35, 1948);
 * undefined where no sample since `fromMs` is so far below those before it that it could mean anything.
 */
const rooted = (series: SeriesEvidence, fromMs: number, { zLeast }: Settings): SeriesEvidence | undefined => {
  const { timesMs, values, meta } = series;
  if (!isLeastYet(series, fromMs)) return undefined;
  const before: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  let isCount = meta.kind !== 'gauge';
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    isCount &&= Number.isInteger(value);
    if (timesMs[i]! >= fromMs) least = Math.min(least, value);
    else before.push(Math.sqrt(Math.max(0, value)));
  }
  if (before.length === 0) return undefined;
  const location = middleOf(before);
  const spread = MAD_TO_SD * middleOf(before.map((value) => Math.abs(value - location)));
  // The root of a Poisson count deviates by a half, however alike the few samples before happen to be. Rates may be averages.
  const scale = Math.max(spread, isCount ? 0.5 : 1e-12);
  if (location - Math.sqrt(Math.max(0, least)) < zLeast * scale) return undefined;
  return {
    meta: { ...meta, class: 'errors', bad: 'down', unit: '' },
    baseline: { ...series.baseline, n: before.length, location, scale },
    timesMs,
    values: values.map((value) => Math.sqrt(Math.max(0, value))),
  };
};

/** `isWaiting` tells whether more than usual waits in a queue; undefined where nobody says how much does. */
type Look = {
  readonly fromMs: number;
  readonly settings: Settings;
  readonly isWaiting: (queue: string) => boolean | undefined;
};

/**
 * Per caller the strongest fall of calls to a callee, as far as the caller itself is still called; shared by the callers of one callee.
 * From a queue nobody is called: of messages that come and are not taken the consumer is accused.
 */
export const starving = (
  traffic: readonly SeriesEvidence[],
  callers: ReadonlyMap<string, readonly string[]>,
  kinds: ReadonlyMap<string, EntityKind>,
  { fromMs, settings, isWaiting }: Look,
): Map<string, Scored> => {
  const falls = new Map<string, Scored>();
  for (const series of traffic) {
    const calls = rooted(series, fromMs, settings);
    if (calls === undefined) continue;
    const strength = strengthOf(calls, fromMs, settings);
    if (strength.strength > (falls.get(series.meta.entity)?.strength.strength ?? 0))
      falls.set(series.meta.entity, { series, strength: { ...strength, seen: strength.seen ** 2 } });
  }
  const told = new Set(traffic.map((series) => series.meta.entity));
  const found = new Map<string, Scored>();
  for (const [entity, { series, strength }] of falls) {
    const by = (callers.get(entity) ?? []).filter((caller) => told.has(caller));
    for (const caller of by) {
      const left = (strength.strength - (falls.get(caller)?.strength.strength ?? 0)) / by.length;
      const isQueue = kinds.get(caller) === 'queue';
      // Where nothing waits, less came: the consumer takes what there is.
      if (isQueue && isWaiting(caller) === false) continue;
      const accused = isQueue ? entity : caller;
      if (left > (found.get(accused)?.strength.strength ?? 0))
        found.set(accused, { series, strength: { ...strength, strength: settings.starving * left } });
    }
  }
  return found;
};

/** Whether a symptom of `entity` is that it works off less of what still comes. */
export const isStopped = ({ series: { meta } }: Scored, entity: string): boolean =>
  meta.entity === entity && meta.stat === 'count';
