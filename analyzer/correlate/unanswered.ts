// Calls that do not end tell nothing by their duration: what they are worth is how many wait where few usually do, and how old the oldest is.
import { type DetectorRule, limits } from '@fenghuo/rules/contract';
import { RING } from '../detect/bank.ts';
import { matters } from '../matters.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { slowestOf } from './calls.ts';
import { natsOf, type Slowest, slowShare, tickNatsMax, waitingNats } from './rarity.ts';
import { nothing, type Weighed } from './weighed.ts';

/** Who has had no answer for so long has waited from one tick to the next. */
export const tickS = limits.tickMs / 1_000;
/** The same from a tick to an early look at the next. */
const earlyS = limits.earlyMs / 1_000;

/** What the calls of an edge take at their slowest; undefined where nobody tells. */
const slowestCalls = (watch: Watch, { calls }: Series): Slowest | undefined => {
  const { counts, bodies } = watch.groups;
  const [count, body] = [counts.get(calls), bodies.get(calls)];
  return count === undefined || body === undefined ? undefined : slowestOf(watch, body, count);
};

/** −ln of the chance that the oldest of a tick's calls is older than `age`, by what the edge's calls usually take. */
const oldestNats = (slowest: Slowest, age: number): number =>
  Math.max(0, -Math.log(Math.max(1, slowest.calls) * slowShare(age, slowest)));

/** How an edge's calls fare in a tick in which some wait; NaN where it is not known. */
type Tick = {
  /** Age of the oldest without an answer, s. */
  readonly age: number;
  readonly waiting: number;
  readonly ended: number;
  /** How many wait for longer than calls have taken lately; for how long all of those have, and half of them, s. */
  readonly overdue: number;
  readonly least: number;
  readonly half: number;
};

/** The ticks of an edge by how far back from the present they are. */
const ticksOf = ({ bank, groups }: Watch, age: Series): ((back: number) => Tick) => {
  const lastMs = bank.lastMs(age.index);
  const read = (one: Series | undefined): ((back: number) => number) => {
    if (one === undefined || bank.lastMs(one.index) !== lastMs) return () => Number.NaN;
    const values = bank.values(one.index);
    return (back) => values[values.length - back] ?? Number.NaN;
  };
  const { waiting, counts, overdue, overdueLeast, overdueHalf } = groups;
  const of = {
    age: read(age),
    waiting: read(waiting.get(age.calls)),
    ended: read(counts.get(age.calls)),
    overdue: read(overdue.get(age.calls)),
    least: read(overdueLeast.get(age.calls)),
    half: read(overdueHalf.get(age.calls)),
  };
  return (back) => ({
    age: of.age(back),
    waiting: of.waiting(back),
    ended: of.ended(back),
    overdue: of.overdue(back),
    least: of.least(back),
    half: of.half(back),
  });
};

/** Three ways to look at the same calls (Bonferroni). */
const lookedNats = Math.log(3);

/** −ln of the chance that as many of a tick's calls are as old as is known of some. */
const someNats = (
  slowest: Slowest,
  { age, waiting, ended, overdue, least, half }: Tick,
  before: Tick,
  sinceS: number,
): number => {
  const of = (some: number, seconds: number): number =>
    some >= 1 ? natsOf(waiting + ended, some, slowShare(seconds, slowest)) : 0;
  // Who waited before and cannot have ended since has waited for all that time.
  const stayed = age < sinceS ? 0 : of(before.waiting - ended, sinceS);
  const old = Math.max(of(overdue, least), of(Math.ceil(overdue / 2), half));
  return Math.min(tickNatsMax, Math.max(stayed, old) - lookedNats);
};

/**
 * The ticks from the present back in which the oldest unanswered call of the same edge as `one` is older than matters, judged by what the edge's calls
 * take. Calls that wait from one tick to the next are the same: what counts is how many they were at most, how old the oldest is, and how many are known to
 * be old. A tick whose oldest call began after the one before has other calls, which add up as those of ticks do. Nothing where no probe tells ages.
 */
export const unanswered = (watch: Watch, one: Series, rule: DetectorRule): Weighed => {
  const age = watch.groups.ages.get(one.calls);
  const waiting = watch.groups.waiting.get(one.calls);
  if (age === undefined) return nothing;
  const { expected } = watch.expected(age);
  const isOld = (seconds: number): boolean => matters(seconds, expected, 'up', rule, age.meta.unit);
  // Of most edges the oldest call is not old, and nothing more need be read.
  if (!isOld(watch.bank.values(age.index).findLast((seconds) => !Number.isNaN(seconds)) ?? 0)) return nothing;
  const at = ticksOf(watch, age);
  const slowest = slowestCalls(watch, one);
  const { mean, location, sd } =
    waiting === undefined ? { mean: 0, location: 0, sd: 0 } : watch.bank.baseline(waiting.index);
  const worth = (count: number, seconds: number): number =>
    Math.min(tickNatsMax, waitingNats(count, Math.max(mean, location), sd)) +
    (slowest === undefined ? 0 : oldestNats(slowest, seconds));
  let [earlier, most, oldest, known, ticks, now] = [0, 0, 0, 0, 0, 0];
  const ofThese = (): number => Math.max(worth(most, oldest), known);
  for (let back = 1; back <= RING; back++) {
    const tick = at(back);
    if (Number.isNaN(tick.age)) continue;
    if (!isOld(tick.age)) break;
    const sinceS = back === 1 && watch.bank.laid.has(age.index) ? earlyS : tickS;
    ticks++;
    oldest = Math.max(oldest, tick.age);
    if (tick.waiting > most) most = tick.waiting;
    if (slowest !== undefined) known = Math.max(known, someNats(slowest, tick, at(back + 1), sinceS));
    if (ticks === 1) now = ofThese();
    if (tick.age < sinceS) [earlier, most, oldest, known] = [earlier + ofThese(), 0, 0, 0];
  }
  return waiting === undefined ? { nats: 0, ticks } : { nats: earlier + ofThese(), ticks, now };
};

/** Whether calls of the same edge as `one` had no answer at the tick before its last, for longer than matters: what has ended late since is the same trouble. */
export const waitedBefore = (watch: Watch, { calls }: Series): boolean => {
  const [age, rule] = [watch.groups.ages.get(calls), watch.opens.get('latency')];
  if (age === undefined || rule === undefined) return false;
  return matters(watch.bank.last(age.index, 2), watch.expected(age).expected, 'up', rule, age.meta.unit);
};
