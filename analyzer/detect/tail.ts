// How rare a figure is in its own history: a streaming peaks-over-threshold estimate of its upper tail, in decades (-log10 p).
// Threshold by stochastic approximation (Robbins and Monro 1951); excesses as a generalised Pareto (Pickands 1975) of fixed shape.

import type { Scratch } from './batch.ts';

/** Share of the history above the threshold. */
const SHARE = 0.02;
const DECADES_AT_THRESHOLD = -Math.log10(SHARE);
/** Shape of the tail: a little heavier than exponential, as operational series are. */
const SHAPE = 0.1;
/** Least rate at which the threshold forgets, a sample. */
const FORGET = 0.01;
/** Samples until then; so long thresholds sink at every sample, later once in `TOGETHER` by as much. */
const SETTLED = 200;
const TOGETHER = 8;
/** Excesses over which the mean excess forgets. */
const HITS_MAX = 100;
/** An excess counts for at most so many mean excesses: one outlier must not hide the next. */
const CLIP = 20;
/** Samples before a tail says anything. */
const YOUNG = 20;
const SCALE_LEAST = 0.02;

/** Natural logarithms are the quicker ones. */
const DECADES_PER_NAT = 1 / (SHAPE * Math.LN10);
/** Decades of a figure above the threshold. */
const decadesOf = (excess: number, mean: number): number =>
  DECADES_AT_THRESHOLD + Math.log(1 + (SHAPE * excess) / Math.max(mean, SCALE_LEAST)) * DECADES_PER_NAT;

/** How fast thresholds move at the n-th sample. */
const forgetOf = (n: number): number => (n < SETTLED ? 2 / n : FORGET);
const unitOf = (threshold: number, mean: number): number => (mean > 0 ? mean : Math.max(threshold, 0.5));

/**
 * Whether a figure is beyond either of its two tails, from `own` on. Thresholds are never negative; asking both, one of which is always false, spares
 * a guess at the sign.
 */
export const isOut = (tails: Float32Array, own: number, figure: number): boolean =>
  figure > tails[own]! || -figure > tails[own + 2]!;

/**
 * Rates `count` figures of a batch's scratch, from `first` on: decades of rarity into the same places, 0 for what its tail holds.
 * Whether any is rare. A figure has two tails of (threshold, mean excess), that of high values and that of low ones, from `at` on.
 * @param hits excesses so far, a byte a tail, from `hit` on  @param n samples so far, this one included
 * @param isLearning false while the series is anomalous: a trouble must not become its past
 */
export const rate = (
  tails: Float32Array,
  at: number,
  hits: Uint8Array,
  hit: number,
  count: number,
  n: number,
  { figures, decades }: Scratch,
  first: number,
  isLearning: boolean,
): boolean => {
  let isRare = false;
  for (let k = 0; k < count; k++) {
    const x = figures[first + k]!;
    const own = at + 4 * k;
    decades[first + k] = 0;
    if (isOut(tails, own, x)) {
      const side = x > 0 ? 0 : 1;
      exceeded(tails, own + 2 * side, figures, decades, first + k, n);
      if (isLearning) learn(tails, own + 2 * side, hits, hit + 2 * k + side, n, figures[first + k]!);
      isRare = true;
    }
  }
  return isRare;
};

/** Decades of a figure above the threshold of the tail at `own`. */
const exceeded = (
  tails: Float32Array,
  own: number,
  figures: Float64Array,
  decades: Float64Array,
  k: number,
  n: number,
): undefined => {
  if (n > YOUNG) decades[k] = decadesOf(Math.abs(figures[k]!) - tails[own]!, tails[own + 1]!);
};

/** What the tail at `own` learns of a figure above its threshold. */
const learn = (tails: Float32Array, own: number, hits: Uint8Array, place: number, n: number, x: number): undefined => {
  const threshold = tails[own]!;
  const mean = tails[own + 1]!;
  const excess = Math.min(Math.abs(x) - threshold, CLIP * Math.max(mean, 0.05));
  const count = Math.min(HITS_MAX, hits[place]! + 1);
  hits[place] = count;
  tails[own] = threshold + unitOf(threshold, mean) * forgetOf(n);
  tails[own + 1] = mean + (excess - mean) / count;
};

/** Whether thresholds sink at the n-th sample. */
export const isSinking = (n: number): boolean => n < SETTLED || n % TOGETHER === 0;

/** Lets `count` tails from `at` on sink: a threshold that is met by 2 % of the figures stays where it is. Only where `isSinking(n)`. */
export const sink = (tails: Float32Array, at: number, count: number, n: number): void => {
  const rate = forgetOf(n) * SHARE * (n < SETTLED ? 1 : TOGETHER);
  for (let own = at; own < at + 2 * count; own += 2) {
    const next = tails[own]! - unitOf(tails[own]!, tails[own + 1]!) * rate;
    tails[own] = Math.max(next, 0);
  }
};
