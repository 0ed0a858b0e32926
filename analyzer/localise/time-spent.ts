// Time is kept: the seconds by which an entity's requests took longer are those by which the calls that they made did, however few of the calls those
// were. Medians know nothing of it: of two queries a request a lock holds one, and the typical query is as fast as ever.
import { put } from '../lists.ts';
import type { SeriesEvidence } from '../types.ts';
import { callKeyOf, eachTick } from './shares.ts';

/**
 * Calls take longer from so many times the usual on. Another caller says that it is the callee where its calls do, by such a part of what a call of the
 * entity's did: alone an entity may have kept itself waiting, as for a connection of its own pool.
 */
const LONGER_TIMES = 2;
const WITNESS_SHARE = 0.05;

/** What calls of one kind took longer in all, s, how many they were, and what one of them usually takes, s. */
type Timed = {
  readonly caller: string | undefined;
  readonly seconds: number;
  readonly calls: number;
  readonly usual: number;
};

const isMean = ({ meta }: SeriesEvidence): boolean =>
  meta.class === 'latency' && meta.stat === 'mean' && meta.unit === 's';

/** Whoever times calls counts them under the same metric: collections of garbage are timed and counted too, and are none. */
const callsOf = (one: SeriesEvidence): string => `${callKeyOf(one)}\u0000${one.meta.metric}`;

const timed = (mean: SeriesEvidence, counts: SeriesEvidence | undefined, fromMs: number): Timed => {
  const usual = Math.max(0, mean.baseline.location);
  let [seconds, calls] = [0, 0];
  if (counts !== undefined)
    eachTick(mean, counts, fromMs, (place, n) => {
      seconds += n * (mean.values[place]! - usual);
      calls += n;
    });
  return { caller: mean.meta.caller, seconds: Math.max(0, seconds), calls, usual };
};

/** Calls to each entity, those that it serves by its own word included. */
const timedOf = (all: readonly SeriesEvidence[], fromMs: number): ReadonlyMap<string, readonly Timed[]> => {
  const counts = new Map<string, SeriesEvidence>();
  for (const one of all) if (one.meta.stat === 'count') counts.set(callsOf(one), one);
  const found = new Map<string, Timed[]>();
  for (const one of all) if (isMean(one)) put(found, one.meta.entity, timed(one, counts.get(callsOf(one)), fromMs));
  return found;
};

const sum = (of: readonly Timed[]): number => of.reduce((total, { seconds }) => total + seconds, 0);
/** Seconds that each call took longer. */
const each = ({ seconds, calls }: Timed): number => (calls === 0 ? 0 : seconds / calls);
const isLonger = (of: Timed): boolean => each(of) > (LONGER_TIMES - 1) * of.usual;

/**
 * Tells for an entity and one of its callees which part, 0..1, of the time that the entity's requests took longer since `fromMs` the calls to the callee
 * account for: mean times calls. 0 where either is not counted, or where no other caller of the callee waited longer.
 */
export const timeSpent = (
  all: readonly SeriesEvidence[],
  fromMs: number,
): ((entity: string, callee: string) => number) => {
  // Asked of few: only where a request is late.
  let known: ReturnType<typeof timedOf> | undefined;
  return (entity, callee) => {
    known ??= timedOf(all, fromMs);
    // Requests that took hardly longer, or have not ended, have no time that could be accounted for.
    const whole = sum((known.get(entity) ?? []).filter((of) => of.caller === undefined && isLonger(of)));
    if (whole <= 0) return 0;
    const calls = (known.get(callee) ?? []).filter(({ caller }) => caller !== undefined);
    const asked = calls.filter(({ caller }) => caller === entity);
    const longest = Math.max(0, ...asked.map(each));
    const isWitness = (of: Timed): boolean =>
      of.caller !== entity && isLonger(of) && each(of) > WITNESS_SHARE * longest;
    return calls.some(isWitness) ? Math.min(1, sum(asked) / whole) : 0;
  };
};
