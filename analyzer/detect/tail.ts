// How rare a figure is in its own history: a streaming peaks-over-threshold estimate of its upper tail, in decades (-log10 p).
// Threshold by stochastic approximation (Robbins and Monro 1951); excesses as a generalised Pareto (Pickands 1975) of fixed shape.

/** Share of the history above the threshold. */
const SHARE = 0.02;
/** Shape of the tail: a little heavier than exponential, as operational series are. */
const SHAPE = 0.1;
/** Least rate at which the threshold forgets, a sample. */
const FORGET = 0.01;
/** Excesses over which the mean excess forgets. */
const HITS_MAX = 100;
/** An excess counts for at most so many mean excesses: one outlier must not hide the next. */
const CLIP = 20;
/** Samples before a tail says anything. */
const YOUNG = 20;
const SCALE_LEAST = 0.02;

/** Decades of rarity of `x`, 0 below the threshold. `at` is the place of (threshold, mean excess) in `tails`. */
export const rarity = (tails: Float32Array, at: number, n: number, x: number): number => {
  const threshold = tails[at]!;
  if (n < YOUNG || x <= threshold) return 0;
  const excess = (x - threshold) / Math.max(tails[at + 1]!, SCALE_LEAST);
  return -Math.log10(SHARE) + Math.log10(1 + SHAPE * excess) / SHAPE;
};

/** Takes the n-th figure (from 1) into the estimate; `hits[hit]` counts the excesses. */
export const learnTail = (
  tails: Float32Array,
  at: number,
  hits: Uint8Array | Float32Array,
  hit: number,
  n: number,
  x: number,
): void => {
  const threshold = tails[at]!;
  const mean = tails[at + 1]!;
  const step = (mean > 0 ? mean : Math.max(threshold, 0.5)) * Math.max(FORGET, 2 / n);
  if (x <= threshold) {
    tails[at] = Math.max(0, threshold - step * SHARE);
    return;
  }
  const excess = Math.min(x - threshold, CLIP * Math.max(mean, 0.05));
  const count = Math.min(HITS_MAX, hits[hit]! + 1);
  hits[hit] = count;
  tails[at + 1] = mean + (excess - mean) / count;
  tails[at] = threshold + step * (1 - SHARE);
};
