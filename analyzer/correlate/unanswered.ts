// Calls that do not end tell nothing by their duration: what they are worth is how many wait where few usually do, and how old the oldest is.
import type { DetectorRule } from '@fenghuo/rules/contract';
import { matters } from '../matters.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { slowestOf, type Weighed } from './calls.ts';
import { slowShare, tickNatsMax, waitingNats } from './rarity.ts';

const none: Weighed = { nats: 0, ticks: 0 };

/** −ln of the chance that the oldest of a tick's calls is older than `age`, by what the edge's calls usually take. */
const oldestNats = (watch: Watch, { calls }: Series, age: number): number => {
  const { counts, bodies } = watch.groups;
  const [count, body] = [counts.get(calls), bodies.get(calls)];
  if (count === undefined || body === undefined) return 0;
  const slowest = slowestOf(watch, body, count);
  return Math.max(0, -Math.log(Math.max(1, slowest.calls) * slowShare(age, slowest)));
};

/**
 * The ticks from the present back in which the oldest unanswered call of the same edge as `one` is older than matters, judged by what the edge's calls
 * take. The calls that wait are the same from tick to tick: what counts is how many they were at most, and how old the oldest is.
 * Nothing where no probe tells ages.
 */
export const unanswered = (watch: Watch, one: Series, rule: DetectorRule): Weighed => {
  const age = one.meta.class === 'latency' ? watch.groups.ages.get(one.calls) : undefined;
  if (age === undefined) return none;
  const { expected } = watch.expected(age);
  const ages = watch.bank.recent(age.index);
  const waiting = watch.groups.waiting.get(one.calls);
  const many = waiting === undefined ? undefined : watch.bank.recent(waiting.index);
  const isAligned = many !== undefined && many.timesMs.at(-1) === ages.timesMs.at(-1);
  let [most, oldest, ticks, nowMost, nowOldest] = [0, 0, 0, 0, 0];
  for (let back = 1; back <= ages.values.length; back++) {
    const value = ages.values[ages.values.length - back]!;
    if (Number.isNaN(value)) continue;
    if (!matters(value, expected, 'up', rule, age.meta.unit)) break;
    ticks++;
    oldest = Math.max(oldest, value);
    const count = isAligned ? many.values[many.values.length - back]! : Number.NaN;
    if (count > most) most = count;
    if (ticks === 1) [nowMost, nowOldest] = [most, oldest];
  }
  if (ticks === 0 || waiting === undefined) return { nats: 0, ticks };
  const { mean, location, sd } = watch.bank.baseline(waiting.index);
  const worth = (count: number, age: number): number =>
    Math.min(tickNatsMax, waitingNats(count, Math.max(mean, location), sd)) + oldestNats(watch, one, age);
  return { nats: worth(most, oldest), ticks, now: worth(nowMost, nowOldest) };
};
