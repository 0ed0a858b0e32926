// What a series' last samples are worth as evidence: each tick by the calls behind it, tick by tick back from the present.
import type { Series, Watch } from '../watch.ts';
import { failShare, figureNats, natsOf, slowShare, tickNatsMax } from './rarity.ts';

/** Samples over which the band remembers how many calls fail. */
const remembered = 240;

/** Calls of `n` at least that lie beyond a tick's figure of this kind. */
const callsBeyond = (stat: string | undefined, n: number): number =>
  stat === 'max' ? 1 : stat === 'p99' ? Math.ceil(n / 100) : stat === 'p90' ? Math.ceil(n / 10) : Math.ceil(n / 2);

/** Nats of one tick: its figure and the calls behind it. */
type OfTick = (value: number, calls: number) => number;

const ofLatency = (watch: Watch, one: Series, counts: Series): OfTick => {
  const usualCalls = watch.bank.baseline(counts.index).location;
  const tail = watch.groups.tails.get(one.calls);
  const extreme = tail === undefined ? watch.bank.expected(one.index).high : watch.bank.baseline(tail.index).location;
  return (value, n) => natsOf(n, callsBeyond(one.meta.stat, n), slowShare(value, extreme, usualCalls));
};

const ofErrors = (watch: Watch, one: Series, counts: Series): OfTick => {
  const { location, mean, n: learned } = watch.bank.baseline(one.index);
  const usualCalls = watch.bank.baseline(counts.index).location;
  const share = failShare(Math.max(location, mean), usualCalls, Math.min(learned, remembered));
  return (value, n) => natsOf(n, Math.min(n, Math.floor(value)), share);
};

/**
 * Nats against chance of the samples of `one` from the present back for which `is` holds; missing ones are skipped.
 * Ticks add up as if they were independent; the calls of one tick count for at most `tickNatsMax`.
 */
export const natsOfRun = (watch: Watch, one: Series, is: (value: number) => boolean): number => {
  const { values } = watch.bank.recent(one.index);
  const counts = watch.groups.counts.get(one.calls);
  const isCounted = counts !== undefined && counts.lastMs === one.lastMs && one.meta.class !== 'business';
  const { high } = watch.bank.expected(one.index);
  const calls = isCounted ? watch.bank.recent(counts.index).values : undefined;
  const ofTick: OfTick =
    calls === undefined || counts === undefined
      ? (value) => figureNats(value, high)
      : one.meta.class === 'errors'
        ? ofErrors(watch, one, counts)
        : ofLatency(watch, one, counts);
  let nats = 0;
  for (let back = 1; back <= values.length; back++) {
    const value = values[values.length - back]!;
    if (Number.isNaN(value)) continue;
    if (!is(value)) break;
    const n = calls?.[calls.length - back] ?? Number.NaN;
    nats += Math.min(tickNatsMax, ofTick(value, Number.isNaN(n) ? 1 : n));
  }
  return nats;
};
