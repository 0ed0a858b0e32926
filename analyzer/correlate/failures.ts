// What failed calls are worth as evidence: shares of the calls where somebody counts them, else failures a tick, tick by tick.
import type { DetectorRule } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { atOnce, eventNats, failShare, lastingMoments, troubleNats } from './rarity.ts';
import { callsOf, nothing, type Weighed } from './weighed.ts';

/** A few errors among many calls are the daily bread of retries. */
const errorShareMin = 0.05;
/** Least share of failed calls that is trouble where `usual` fails anyway; always one that can be. */
export const shareThatMatters = (usual: number, change: number): number =>
  Math.min((1 + usual) / 2, Math.max(errorShareMin, (1 + change) * usual));
/** So many ticks with calls of which none fails end a trouble, as they end an anomaly: what was before is told already. */
export const calmTicks = 5;
/** The last ticks are what is judged, as many as open an incident: they are no past. */
const judgedTicks = 2;
/** Samples over which the band remembers how many calls fail. */
const remembered = 240;

/** Failures a tick; shares and foreign rates are figures like any other. */
export const isOfFailures = ({ meta }: Series): boolean => meta.class === 'errors' && meta.kind === 'delta';
/** Failures that a trouble has at least. */
export const leastFailures = ({ meta }: Series, { floor }: DetectorRule): number => floor[meta.unit] ?? 1;

/** Failures of the last ticks, the first `count` of `values`, together; missing ones are passed over. */
export const failuresIn = (values: ArrayLike<number>, count = values.length): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) if (values[i]! > 0) sum += values[i]!;
  return sum;
};

/** The same from the present back to where no call failed for `calmTicks` ticks in a row: what was before is told already. */
export const failuresSinceCalm = (values: ArrayLike<number>, count = values.length): number => {
  let [sum, calm] = [0, 0];
  for (let i = count - 1; i >= 0 && calm < calmTicks; i--) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    calm = value > 0 ? 0 : calm + 1;
  }
  return sum;
};

/** What a call of the same kind as those of `one` usually takes, s; infinitely long where nobody tells. */
const secondsOf = ({ bank, groups }: Watch, { calls }: Series): number => {
  const lasts = groups.means.get(calls) ?? groups.bodies.get(calls);
  return lasts?.meta.unit === 's' ? bank.baseline(lasts.index).location : Number.POSITIVE_INFINITY;
};

/**
 * Errors by a sum of likelihood ratios that never falls below nothing (CUSUM, Page 1954), so that a third of few calls a second is found as a third
 * of many is, only later. Ticks are those with errors since it last was nothing; less than `floor` errors above the usual are nothing.
 */
export const errorsWeighed = (watch: Watch, one: Series, floor: number, change: number): Weighed => {
  const values = watch.bank.values(one.index);
  const { n: learned } = watch.bank.baseline(one.index);
  const counted = callsOf(watch, one);
  const rate = watch.bank.meanBefore(one.index, judgedTicks);
  const usualCalls = counted === undefined ? 1 : watch.bank.baseline(counted.counts.index).location;
  const usual =
    counted === undefined
      ? rate + 1 / Math.min(learned, remembered)
      : failShare(rate, usualCalls, Math.min(learned, remembered));
  const matters = counted === undefined ? Math.max(floor, (1 + change) * usual) : shareThatMatters(usual, change);
  const moment = atOnce(usualCalls, secondsOf(watch, one));
  return failuresWeighed(
    { values, calls: counted?.calls, moments: momentsOf(watch, one) },
    { usual, matters, floor, moment },
  );
};

/** At how many moments of each of the last ticks calls failed, aligned at the present; undefined where nobody tells. */
const momentsOf = ({ bank, groups }: Watch, one: Series): readonly number[] | undefined => {
  const moments = groups.moments.get(one.calls);
  return moments === undefined || bank.lastMs(one.index) !== bank.lastMs(moments.index)
    ? undefined
    : bank.values(moments.index);
};

/** What a tick of `n` calls is worth of which `k` failed, whether or not all of them were counted, and at different moments or not. */
type OfFailures = (n: number, k: number, isLasting: boolean) => number;
const ofEvents = (usual: number, matters: number): OfFailures => {
  const worth = eventNats(usual, matters);
  return (_, k) => worth(k);
};
const ofCalls = (usual: number, matters: number, moment: number | undefined): OfFailures => {
  const worth = troubleNats(usual, matters, moment);
  return (n, k, isLasting) => worth(Math.max(n, k), k, isLasting);
};

/**
 * Failures tick by tick against what is usual and what matters: shares of the calls where somebody counts them, else failures a tick.
 * @param told failures and calls of the last ticks, and at how many moments they failed, aligned at the present
 * @param moment how many one moment may take with it
 */
export const failuresWeighed = (
  {
    values,
    calls,
    moments,
  }: {
    readonly values: readonly number[];
    readonly calls: readonly number[] | undefined;
    readonly moments?: readonly number[] | undefined;
  },
  {
    usual,
    matters,
    floor,
    moment,
  }: { readonly usual: number; readonly matters: number; readonly floor: number; readonly moment?: number },
): Weighed => {
  const worth = calls === undefined ? ofEvents(usual, matters) : ofCalls(usual, matters, moment);
  let [nats, ticks, errors, all, calm, span, now] = [0, 0, 0, 0, 0, 0, 0];
  for (let back = values.length; back >= 1; back--) {
    const k = values[values.length - back]!;
    const n = calls === undefined ? 1 : (calls[calls.length - back] ?? Number.NaN);
    if (Number.isNaN(k) || Number.isNaN(n)) continue;
    now = worth(n, k, (moments?.[moments.length - back] ?? 0) >= lastingMoments);
    nats += now;
    calm = k > 0 ? 0 : calm + (n > 0 ? 1 : 0);
    if (nats <= 0 || calm >= calmTicks) [nats, ticks, errors, all, span] = [0, 0, 0, 0, 0];
    else {
      if (ticks === 0 && k > 0) span = back;
      [ticks, errors, all] = [ticks + (k > 0 ? 1 : 0), errors + k, all + n];
    }
  }
  const isTrouble = errors - usual * all >= floor && (calls === undefined || errors >= errorShareMin * all);
  return isTrouble ? { nats, ticks, span, now } : nothing;
};
