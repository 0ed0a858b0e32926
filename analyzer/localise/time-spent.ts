// Time is kept: the seconds by which an entity's requests took longer are those by which the calls that they made did, however few of the calls those
// were. Medians know nothing of it: of two queries a request a lock holds one, and the typical query is as fast as ever.
import type { SeriesEvidence } from '../types.ts';
import { callKeyOf, eachTick } from './shares.ts';

/**
 * Calls take longer from so many times the usual on. Another caller says that it is the callee where its calls do, by such a part of what a call of the
 * entity's did: alone an entity may have kept itself waiting, as for a connection of its own pool.
 */
const LONGER_TIMES = 2;
const WITNESS_SHARE = 0.05;

type Spent = { readonly seconds: number; readonly calls: number; readonly usual: number };

const isMean = ({ meta }: SeriesEvidence): boolean =>
  meta.class === 'latency' && meta.stat === 'mean' && meta.unit === 's';

/** Whoever times calls counts them under the same metric: collections of garbage are timed and counted too, and are none. */
const callsOf = (one: SeriesEvidence): string => `${callKeyOf(one)}\u0000${one.meta.metric}`;

/**
 * Tells for an entity and one of its callees which part, 0..1, of the time that the entity's requests took longer since `fromMs` the calls to the callee
 * account for: mean times calls. 0 where either is not counted, or where no other caller of the callee waited longer.
 */
export const timeSpent = (
  all: readonly SeriesEvidence[],
  fromMs: number,
): ((entity: string, callee: string) => number) => {
  let means: Map<string, SeriesEvidence[]> | undefined;
  const counts = new Map<string, SeriesEvidence>();
  const gather = (): Map<string, SeriesEvidence[]> => {
    for (const one of all) if (one.meta.stat === 'count') counts.set(callsOf(one), one);
    const found = new Map<string, SeriesEvidence[]>();
    for (const one of all.filter(isMean)) found.set(one.meta.entity, [...(found.get(one.meta.entity) ?? []), one]);
    return found;
  };
  const spent = (one: SeriesEvidence): Spent => {
    const counted = counts.get(callsOf(one));
    const usual = Math.max(0, one.baseline.location);
    let [seconds, calls] = [0, 0];
    if (counted !== undefined)
      eachTick(one, counted, fromMs, (place, n) => {
        seconds += n * (one.values[place]! - usual);
        calls += n;
      });
    return { seconds: Math.max(0, seconds), calls, usual };
  };
  const sum = (figures: readonly SeriesEvidence[]): number =>
    figures.reduce((total, one) => total + spent(one).seconds, 0);
  /** Seconds that each call took longer. */
  const each = ({ seconds, calls }: Spent): number => (calls === 0 ? 0 : seconds / calls);
  const isLonger = (of: Spent): boolean => each(of) > (LONGER_TIMES - 1) * of.usual;
  return (entity, callee) => {
    means ??= gather();
    const own = (means.get(entity) ?? []).filter(({ meta }) => meta.caller === undefined);
    const calls = (means.get(callee) ?? []).filter(({ meta }) => meta.caller !== undefined);
    const asked = calls.filter(({ meta }) => meta.caller === entity);
    // Requests that took hardly longer, or have not ended, have no time that could be accounted for.
    const late = own.filter((one) => isLonger(spent(one)));
    const whole = sum(late);
    const longest = Math.max(0, ...asked.map((one) => each(spent(one))));
    const isWitness = (one: SeriesEvidence): boolean => {
      const theirs = spent(one);
      return one.meta.caller !== entity && isLonger(theirs) && each(theirs) > WITNESS_SHARE * longest;
    };
    return whole > 0 && calls.some(isWitness) ? Math.min(1, sum(asked) / whole) : 0;
  };
};
