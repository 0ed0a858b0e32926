// How rare a figure is in its own history: a streaming peaks-over-threshold estimate of its upper tail, in decades (-log10 p).
// Threshold by stochastic approximation (Robbins and Monro 1951); excesses as a generalised Pareto (Pickands 1975) of fixed shape.

/** Share of the history above the threshold. */
const SHARE = 0.02;
const DECADES_AT_THRESHOLD = -Math.log10(SHARE);
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

/** Decades of a figure above the threshold. */
const decadesOf = (excess: number, mean: number): number =>
  DECADES_AT_THRESHOLD + Math.log10(1 + (SHAPE * excess) / Math.max(mean, SCALE_LEAST)) / SHAPE;

/**
 * Rates one signed figure against two tails, that of high and that of low values, and then learns it in both: answers decades
 * of rarity, 0 below the threshold. This is the hot path: below the threshold it divides nothing.
 * @param tails (threshold, mean excess) of the upper tail at `at`, of the lower one behind it
 * @param hits excesses so far, at `hit` and behind it  @param n samples so far, this one included
 * @param forget rate of the threshold: `forgetOf(n)`
 */
export const rateBoth = (
  tails: Float32Array,
  at: number,
  hits: Uint8Array,
  hit: number,
  n: number,
  forget: number,
  x: number,
): number => {
  // Thresholds are never negative, so a figure exceeds at most the tail of its own sign.
  const isUp = x >= 0;
  const own = isUp ? at : at + 2;
  const other = isUp ? at + 2 : at;
  const size = isUp ? x : -x;
  tails[other] = lowered(tails[other]!, tails[other + 1]!, forget);
  const threshold = tails[own]!;
  const mean = tails[own + 1]!;
  if (size <= threshold) {
    tails[own] = lowered(threshold, mean, forget);
    return 0;
  }
  const decades = n <= YOUNG ? 0 : decadesOf(size - threshold, mean);
  const excess = Math.min(size - threshold, CLIP * Math.max(mean, 0.05));
  const place = isUp ? hit : hit + 1;
  const count = Math.min(HITS_MAX, hits[place]! + 1);
  hits[place] = count;
  tails[own] = threshold + (mean > 0 ? mean : Math.max(threshold, 0.5)) * forget * (1 - SHARE);
  tails[own + 1] = mean + (excess - mean) / count;
  return decades;
};

/** How fast thresholds move at the n-th sample. */
export const forgetOf = (n: number): number => (n < 200 ? 2 / n : FORGET);

const lowered = (threshold: number, mean: number, forget: number): number => {
  const next = threshold - (mean > 0 ? mean : Math.max(threshold, 0.5)) * forget * SHARE;
  return Math.max(next, 0);
};
