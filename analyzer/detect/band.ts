// The band of the last minutes: location and scale by clipped exponential averages (Huber's psi, 1964),
// so that a spike moves them by a bounded step only, and the 99 % quantile of the deviation that is bad, so that heavy tails speak later.
import type { Batch } from './batch.ts';
import {
  BEYOND,
  DEVIATION,
  LOCATION,
  lasting,
  MAX,
  MEAN,
  MIN,
  N,
  type Records,
  STATE,
  TAIL,
  TRAITS,
  VARIANCE,
} from './record.ts';
import { badWay } from './traits.ts';

const CLIP = 3;
/** Where one direction is good, a deviation in it counts for at most this many scales: however good, it makes nothing bad normal. */
const CLIP_GOOD = 1;
/** Share of the samples that may lie beyond the tails, half of it on each side. */
const SHARE = 0.01;
/** Samples before the scale may clip anything, and before a run beyond the tail is a burst rather than the way a young series wanders. */
const YOUNG = 6;
const SETTLED = 120;
/** sqrt(pi/2): mean absolute deviation of a Gaussian to its standard deviation, and the same with one half clipped at `CLIP_GOOD`. */
const GAUSSIAN = 1.2533;
const GAUSSIAN_HALF_CLIPPED = 1.3994;

/** Learns the k-th sample of a batch. */
export const learnBand = (r: Records, batch: Batch, k: number, memory: number): void => {
  const at = batch.at[k]!;
  learnSample(r, at, r.u[at + N]!, batch.x[k]!, batch.value[k]!, batch.floor[k]!, memory);
};

/** Learns the n-th sample (from 1) of the series whose record is at `at`: `x` transformed, `value` as it came, `floor` the class's least scale. */
export const learnSample = (
  r: Records,
  at: number,
  n: number,
  x: number,
  value: number,
  floor: number,
  memory: number,
): void => {
  const { f, b } = r;
  if (value < f[at + MIN]!) f[at + MIN] = value;
  if (value > f[at + MAX]!) f[at + MAX] = value;
  const rate = n < memory ? 1 / n : 1 / memory;
  const delta = value - f[at + MEAN]!;
  f[at + MEAN] = lasting(f[at + MEAN]! + rate * delta);
  f[at + VARIANCE] = lasting((1 - rate) * (f[at + VARIANCE]! + rate * delta * delta));
  if (n === 1) {
    f[at + LOCATION] = x;
    return;
  }
  const residual = x - f[at + LOCATION]!;
  const deviation = f[at + DEVIATION]!;
  const scale = n < YOUNG ? Number.POSITIVE_INFINITY : Math.max(deviation, floor);
  const clipped = Math.max(-CLIP * scale, Math.min(CLIP * scale, residual));
  const way = badWay(b[at * 4 + TRAITS]!);
  // How far in the bad direction; where both are bad, how far at all.
  const bad = way === 0 ? Math.abs(residual) : way * residual;
  const spread =
    way === 0 || n < YOUNG
      ? GAUSSIAN * Math.abs(clipped)
      : GAUSSIAN_HALF_CLIPPED * (bad > 0 ? Math.abs(clipped) : Math.min(-bad, CLIP_GOOD * scale));
  f[at + LOCATION] = lasting(f[at + LOCATION]! + rate * clipped);
  f[at + DEVIATION] = lasting(deviation + rate * (spread - deviation));
  if (n < YOUNG) return;
  const z = bad / scale;
  const tail = f[at + TAIL]!;
  const isBeyond = z > tail;
  const state = b[at * 4 + STATE]!;
  // Stochastic approximation of the quantile (Robbins and Monro 1951). Samples in a row beyond it are one event, not one each
  // (declustering by runs, Smith 1989): else a burst that nothing decides on would carry the band away with it.
  const step = 0.5 + 20 / (20 + n);
  const share = way === 0 ? SHARE : SHARE / 2;
  if (!isBeyond) f[at + TAIL] = Math.max(0, tail - step * share);
  else if ((state & BEYOND) === 0 || n < SETTLED)
    f[at + TAIL] = tail + step * (1 - share) * Math.min(1, (z - tail) / 3);
  b[at * 4 + STATE] = isBeyond ? state | BEYOND : state & ~BEYOND;
};

/** A running mean as it was before its last sample. @param rate the weight at which that was learned */
export const meanWithout = (mean: number, value: number, rate: number): number =>
  mean - (rate * (value - mean)) / (1 - rate);

/**
 * Takes the sample that was learned last out of the mean and the variance again, the averages being run backwards. What is clipped (location, scale,
 * tail) keeps the little that one sample moves it.
 */
export const unlearnSample = ({ f }: Records, at: number, value: number, memory: number): void => {
  const rate = 1 / memory;
  const delta = (value - f[at + MEAN]!) / (1 - rate);
  f[at + MEAN] = meanWithout(f[at + MEAN]!, value, rate);
  f[at + VARIANCE] = Math.max(0, f[at + VARIANCE]! / (1 - rate) - rate * delta * delta);
};
