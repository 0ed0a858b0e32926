// The band of the last minutes: location and scale by clipped exponential averages (Huber's psi, 1964),
// so that a spike moves them by a bounded step only, and the 99 % quantile of |z|, so that heavy tails speak later.
import type { Batch } from './batch.ts';
import { DEVIATION, LOCATION, lasting, MAX, MEAN, MIN, N, type Records, TAIL, VARIANCE } from './record.ts';

const CLIP = 3;
/** Samples before the scale may clip anything. */
const YOUNG = 6;
/** sqrt(pi/2): mean absolute deviation of a Gaussian to its standard deviation. */
const GAUSSIAN = 1.2533;

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
  const f = r.f;
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
  f[at + LOCATION] = lasting(f[at + LOCATION]! + rate * clipped);
  f[at + DEVIATION] = lasting(deviation + rate * (GAUSSIAN * Math.abs(clipped) - deviation));
  if (n < YOUNG) return;
  const z = Math.abs(residual) / scale;
  const tail = f[at + TAIL]!;
  // Stochastic approximation of the quantile (Robbins and Monro 1951).
  const step = 0.5 + 20 / (20 + n);
  if (z > tail) f[at + TAIL] = tail + step * 0.99 * Math.min(1, (z - tail) / 3);
  else f[at + TAIL] = Math.max(0, tail - step * 0.01);
};
