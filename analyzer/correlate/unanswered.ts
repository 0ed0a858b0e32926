// Calls that do not end tell nothing by their duration: what they are worth is how many wait where few usually do, and how old the oldest is.
import { type DetectorRule, limits } from '@fenghuo/rules/contract';
import { RING } from '../detect/bank.ts';
import { matters } from '../matters.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { slowestOf, type Weighed } from './calls.ts';
import { natsOf, slowShare, tickNatsMax, waitingNats } from './rarity.ts';

/** No call waits. */
export const none: Weighed = { nats: 0, ticks: 0 };

const TICK_S = limits.tickMs / 1_000;

/** −ln of the chance that the oldest of a tick's calls is older than `age`, by what the edge's calls usually take. */
const oldestNats = (watch: Watch, { calls }: Series, age: number): number => {
  const { counts, bodies } = watch.groups;
  const [count, body] = [counts.get(calls), bodies.get(calls)];
  if (count === undefined || body === undefined) return 0;
  const slowest = slowestOf(watch, body, count);
  return Math.max(0, -Math.log(Math.max(1, slowest.calls) * slowShare(age, slowest)));
};

/** −ln of the chance that so many of a tick's calls wait for a whole tick: those that waited at its beginning, less all that ended in it. */
const lastingNats = (watch: Watch, { calls }: Series, { age, waiting, ended }: Tick, before: Tick): number => {
  const { counts, bodies } = watch.groups;
  const [count, body] = [counts.get(calls), bodies.get(calls)];
  const stayed = before.waiting - ended;
  if (count === undefined || body === undefined || !(stayed >= 1) || age < TICK_S) return 0;
  return Math.min(tickNatsMax, natsOf(waiting + ended, stayed, slowShare(TICK_S, slowestOf(watch, body, count))));
};

/** How an edge's calls fare while some wait: what of its figures at `back` ticks from the present back; NaN where it is not known. */
type Tick = { readonly age: number; readonly waiting: number; readonly ended: number };

const ticksOf = (watch: Watch, age: Series): ((back: number) => Tick) => {
  const { waiting, counts } = watch.groups;
  const lastMs = watch.bank.lastMs(age.index);
  const read = (one: Series | undefined): ((back: number) => number) => {
    if (one === undefined || watch.bank.lastMs(one.index) !== lastMs) return () => Number.NaN;
    const values = watch.bank.values(one.index);
    return (back) => values[values.length - back] ?? Number.NaN;
  };
  const [ages, many, ends] = [age, waiting.get(age.calls), counts.get(age.calls)].map(read) as [
    ReturnType<typeof read>,
    ReturnType<typeof read>,
    ReturnType<typeof read>,
  ];
  return (back) => ({ age: ages(back), waiting: many(back), ended: ends(back) });
};

/**
 * The ticks from the present back in which the oldest unanswered call of the same edge as `one` is older than matters, judged by what the edge's calls
 * take. Calls that wait from one tick to the next are the same: what counts is how many they were at most, how old the oldest is, and how many wait for
 * a whole tick at least, as those do that waited before and cannot have ended since. A tick whose oldest call began after the one before has other calls,
 * which add up as those of ticks do. Nothing where no probe tells ages.
 */
export const unanswered = (watch: Watch, one: Series, rule: DetectorRule): Weighed => {
  const age = watch.groups.ages.get(one.calls);
  const waiting = watch.groups.waiting.get(one.calls);
  if (age === undefined) return none;
  const { expected } = watch.expected(age);
  const at = ticksOf(watch, age);
  const { mean, location, sd } =
    waiting === undefined ? { mean: 0, location: 0, sd: 0 } : watch.bank.baseline(waiting.index);
  const worth = (count: number, seconds: number): number =>
    Math.min(tickNatsMax, waitingNats(count, Math.max(mean, location), sd)) + oldestNats(watch, one, seconds);
  let [earlier, most, oldest, lasting, ticks, now] = [0, 0, 0, 0, 0, 0];
  const ofThese = (): number => Math.max(worth(most, oldest), lasting);
  for (let back = 1; back <= RING; back++) {
    const tick = at(back);
    if (Number.isNaN(tick.age)) continue;
    if (!matters(tick.age, expected, 'up', rule, age.meta.unit)) break;
    ticks++;
    oldest = Math.max(oldest, tick.age);
    if (tick.waiting > most) most = tick.waiting;
    lasting = Math.max(lasting, lastingNats(watch, one, tick, at(back + 1)));
    if (ticks === 1) now = ofThese();
    if (tick.age < TICK_S) [earlier, most, oldest, lasting] = [earlier + ofThese(), 0, 0, 0];
  }
  return ticks === 0 || waiting === undefined ? { nats: 0, ticks } : { nats: earlier + ofThese(), ticks, now };
};
