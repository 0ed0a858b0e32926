// What a series' last samples are worth as evidence: each tick by the calls behind it, tick by tick back from the present.
import type { DetectorRule } from '@fenghuo/rules/contract';
import { bankDefaults } from '../detect/options.ts';
import { matters } from '../matters.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { errorsWeighed, isOfFailures, leastFailures } from './failures.ts';
import { callsBeyond, figureNats, natsOf, type Slowest, slowShare, tickNatsMax } from './rarity.ts';
import { callsOf, type Weighed } from './weighed.ts';

/** Nats of one tick: its figure and the calls behind it. */
type OfTick = (value: number, calls: number) => number;

/** What calls like those of `one` take at their slowest; of a kind without extremes, the end of its own band. */
export const slowestOf = ({ bank, groups }: Watch, one: Series, counts: Series): Slowest => {
  const calls = bank.baseline(counts.index).location;
  const tail = groups.tails.get(one.calls);
  if (tail === undefined) return { extreme: bank.expected(one.index).high, edge: Number.POSITIVE_INFINITY, calls };
  const { location, n } = bank.baseline(tail.index);
  return {
    extreme: location,
    edge: n < bankDefaults.youngSamples ? Number.POSITIVE_INFINITY : bank.expected(tail.index).high,
    calls,
  };
};

const ofLatency = (watch: Watch, one: Series, counts: Series): OfTick => {
  const slowest = slowestOf(watch, one, counts);
  if (one.meta.stat === 'mean') {
    const usual = watch.bank.expected(one.index).expected;
    const most = mostOf(watch, one);
    return (value, n) => {
      const slow = behindMean(n, value, most, usual);
      return slow < 1 ? 0 : natsOf(n, slow, slowShare(usual + (n * (value - usual)) / slow, slowest));
    };
  }
  return (value, n) => natsOf(n, callsBeyond(one.meta.stat, n), slowShare(value, slowest));
};

/** The slowest of the calls behind the last sample of `one`; infinity where nobody tells. */
const mostOf = ({ groups }: Watch, one: Series): number => {
  const tail = groups.tails.get(one.calls);
  return tail === undefined || tail.lastMs !== one.lastMs ? Number.POSITIVE_INFINITY : tail.last;
};

/**
 * Calls of `n` that are behind a mean's excess at least: as many as the slowest of them, `most`, leaves room for, and one where nobody knows that
 * (a sum of heavy tails is its greatest term, Embrechts et al. 1997).
 */
const behindMean = (n: number, mean: number, most: number, usual: number): number =>
  mean <= usual
    ? 0
    : Math.min(Math.ceil(n), Math.max(1, Math.floor((n * (mean - usual)) / (Math.max(mean, most) - usual))));

/** Calls at least that are beyond the last sample of `one`, of `n` behind it. */
export const callsBehind = (watch: Watch, one: Series, n: number): number =>
  one.meta.stat === 'mean'
    ? behindMean(n, one.last, mostOf(watch, one), watch.bank.expected(one.index).expected)
    : callsBeyond(one.meta.stat, n);

/**
 * Nats against chance of the samples of `one` from the present back for which `is` holds; missing ones are skipped.
 * Ticks add up as if they were independent; the calls of one tick count for at most `tickNatsMax`.
 */
export const weighed = (watch: Watch, one: Series, is: (value: number) => boolean, rule: DetectorRule): Weighed => {
  if (isOfFailures(one)) return errorsWeighed(watch, one, leastFailures(one, rule), rule.changeMin);
  const values = watch.bank.values(one.index);
  const counted = callsOf(watch, one);
  const { expected, low, high } = watch.bank.expected(one.index);
  const ofFigure: OfTick = (value) =>
    one.meta.bad !== 'up' && value < expected ? figureNats(expected - value, expected - low) : figureNats(value, high);
  const ofTick: OfTick = counted === undefined ? ofFigure : ofLatency(watch, one, counted.counts);
  let [nats, ticks, now] = [0, 0, 0];
  for (let back = 1; back <= values.length; back++) {
    const value = values[values.length - back]!;
    if (Number.isNaN(value)) continue;
    if (!is(value)) break;
    const n = counted?.calls[counted.calls.length - back] ?? Number.NaN;
    const worth = Math.min(tickNatsMax, ofTick(value, Number.isNaN(n) ? 1 : n));
    nats += worth;
    if (ticks++ === 0) now = worth;
  }
  return { nats, ticks, now };
};

/** Nats of the slowest calls that ended in each of the last ticks in a row, of the same edge as `one`, a figure of those that wait: they are others. */
export const slowestEnded = (watch: Watch, { calls, lastMs }: Series, rule: DetectorRule): number => {
  const tail = watch.groups.tails.get(calls);
  if (tail === undefined || tail.lastMs !== lastMs) return 0;
  const { bad, unit } = tail.meta;
  const { expected } = watch.expected(tail);
  return weighed(watch, tail, (value) => matters(value, expected, bad, rule, unit), rule).nats;
};
