// The band of the last minutes: location and scale by clipped exponential averages (Huber's psi, 1964),
// so that a spike moves them by a bounded step only, and the 99 % quantile of |z|, so that heavy tails speak later.
import type { BankColumns } from './columns.ts';

const CLIP = 3;
/** Samples before the scale may clip anything. */
const YOUNG = 6;

/** Learns the n-th sample (from 1) of series `i`: `x` transformed, `value` as it came, `floor` the class's least scale. */
export const learnBand = (
  c: BankColumns,
  i: number,
  n: number,
  x: number,
  value: number,
  floor: number,
  memory: number,
): void => {
  if (value < c.min[i]!) c.min[i] = value;
  if (value > c.max[i]!) c.max[i] = value;
  const rate = Math.max(1 / n, 1 / memory);
  const delta = value - c.mean[i]!;
  c.mean[i] = c.mean[i]! + rate * delta;
  c.variance[i] = (1 - rate) * (c.variance[i]! + rate * delta * delta);
  if (n === 1) {
    c.location[i] = x;
    return;
  }
  const residual = x - c.location[i]!;
  const scale = n < YOUNG ? Number.POSITIVE_INFINITY : Math.max(c.deviation[i]!, floor);
  const clipped = Math.max(-CLIP * scale, Math.min(CLIP * scale, residual));
  c.location[i] = c.location[i]! + rate * clipped;
  // 1.2533 = sqrt(pi/2): mean absolute deviation of a Gaussian to its standard deviation.
  c.deviation[i] = c.deviation[i]! + rate * (1.2533 * Math.abs(clipped) - c.deviation[i]!);
  if (n < YOUNG) return;
  const z = Math.abs(residual) / scale;
  const tail = c.tail[i]!;
  // Stochastic approximation of the quantile (Robbins and Monro 1951).
  const step = 0.5 + 1 / (1 + n / 20);
  c.tail[i] = Math.max(0, tail + (z > tail ? step * 0.99 * Math.min(1, (z - tail) / 3) : -step * 0.01));
};
