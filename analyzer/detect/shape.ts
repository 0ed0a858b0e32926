// What form an anomaly has, read from the last samples: cold path, only when somebody asks.
import type { AnomalyShape } from '@fenghuo/rules/contract';
import { linearRegression, median, sampleCorrelation } from 'simple-statistics';

/** Samples that a slope needs to count as drift, and the correlation with time. */
const DRIFT_SAMPLES = 16;
const DRIFT_CORRELATION = 0.9;

/** Samples on each side, and how many times rougher than before, to count as a change of variance where the level stays. */
const ROUGH_SAMPLES = 8;
const ROUGH_RATIO = 3;

/** Mean distance from one sample to the next: what the level does hardly touches it (von Neumann's successive differences, 1941). */
const roughnessOf = (values: readonly number[]): number =>
  values.slice(1).reduce((sum, value, k) => sum + Math.abs(value - values[k]!), 0) / Math.max(1, values.length - 1);

/**
 * @param values last samples, oldest first, NaN missing  @param age samples since the decision
 * @param low @param high expected band, same unit
 */
export const shapeOf = (values: Float64Array, age: number, low: number, high: number): AnomalyShape => {
  const points: [number, number][] = [];
  values.forEach((value, k) => {
    if (!Number.isNaN(value)) points.push([k, value]);
  });
  const since = points.slice(-(age + 1));
  const still = since.length >= 8 && since.every(([, value]) => value === since[0]?.[1]);
  const hadMoved = points.some(([, value]) => value !== since[0]?.[1]);
  if (still && hadMoved && (since[0]?.[1] ?? 0) <= high && (since[0]?.[1] ?? 0) >= low) return 'stall';
  const above = since.filter(([, value]) => value > high).length;
  const below = since.filter(([, value]) => value < low).length;
  if (since.length >= 4 && Math.min(above, below) >= since.length / 4) return 'variance';
  const [now, before] = [since.map(([, value]) => value), points.slice(0, -(age + 1)).map(([, value]) => value)];
  if (now.length >= ROUGH_SAMPLES && before.length >= ROUGH_SAMPLES) {
    const level = median(now);
    if (level >= low && level <= high && roughnessOf(now) > ROUGH_RATIO * roughnessOf(before)) return 'variance';
  }
  if (points.length >= DRIFT_SAMPLES) {
    const { m } = linearRegression(points);
    const isSteady =
      m !== 0 &&
      Math.abs(
        sampleCorrelation(
          points.map(([k]) => k),
          points.map(([, value]) => value),
        ),
      ) > DRIFT_CORRELATION;
    if (isSteady && Math.abs(m) * 2 < Math.abs(high - low)) return 'drift';
  }
  return age < 2 ? 'spike' : 'shift';
};
