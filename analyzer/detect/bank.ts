// All series' detectors as columns of typed arrays: one bank, no object and no allocation a sample.
// Robust location and scale by clipped exponential averages (Huber's psi), so that a spike moves them by a bounded step only.
import type { Anomaly, AnomalyShape } from '@fenghuo/rules/contract';
import type { Baseline, SeriesMeta } from '../types.ts';
import { bankColumns, grown } from './columns.ts';
import { probabilityOf } from './probability.ts';
import { backward, forward, scaleFloor, type Transform, transformOf } from './transform.ts';

export type BankOptions = {
  /** Healthy samples before a series may speak. */
  readonly warmSamples: number;
  /** Samples over which location and scale forget. */
  readonly memorySamples: number;
  /** Effective z of a single sample that is decided at once. */
  readonly zImmediate: number;
  /** Effective z above which samples add up, and the sum that decides (one-sided CUSUM, Page 1954). */
  readonly zSlack: number;
  readonly sumDecides: number;
  /** Samples inside the band that end an anomaly. */
  readonly calmSamples: number;
  /** Samples after which a new level is accepted as normal. */
  readonly acceptSamples: number;
};

export const bankDefaults: BankOptions = {
  warmSamples: 20,
  memorySamples: 240,
  zImmediate: 9,
  zSlack: 3,
  sumDecides: 7,
  calmSamples: 5,
  acceptSamples: 1_800,
};

/** Samples that a series' ring holds. */
export const RING = 32;
/** What `push` answers. */
export const NOTHING = 0;
export const BEGAN = 1;
export const ENDED = 2;
/** Missing samples in a row after which a series counts as silent. */
const SILENT_STEPS = 3;
const CLIP = 3;

export class DetectorBank {
  private readonly options: BankOptions;
  private readonly metas: (SeriesMeta | undefined)[] = [];
  private readonly transforms: Transform[] = [];
  private c = bankColumns(64, RING);

  constructor(options: Partial<BankOptions> = {}) {
    this.options = { ...bankDefaults, ...options };
  }

  /** Number of places, removed ones included. */
  get size(): number {
    return this.metas.length;
  }

  /** Adds a series sampled every `stepMs`; answers its index. */
  add(meta: SeriesMeta, stepMs: number): number {
    const index = this.metas.length;
    if (index >= this.c.location.length) this.c = grown(this.c, RING);
    this.metas.push(meta);
    this.transforms.push(transformOf(meta));
    this.c.stepMs[index] = stepMs;
    this.c.min[index] = Number.POSITIVE_INFINITY;
    this.c.max[index] = Number.NEGATIVE_INFINITY;
    this.c.ring.fill(Number.NaN, index * RING, (index + 1) * RING);
    return index;
  }

  /** Forgets a series; its index is not used again. */
  remove(index: number): void {
    this.metas[index] = undefined;
  }

  meta(index: number): SeriesMeta | undefined {
    return this.metas[index];
  }

  /** Takes one sample (NaN is missing): 0 nothing changed, 1 an anomaly began, 2 it ended. */
  push(index: number, timeMs: number, value: number): 0 | 1 | 2 {
    const meta = this.metas[index];
    if (meta === undefined) return NOTHING;
    this.remember(index, timeMs, value);
    if (Number.isNaN(value)) return NOTHING;
    const c = this.c;
    c.silent[index] = 0;
    const x = forward(this.transforms[index]!, value);
    const n = c.n[index]!;
    if (n < this.options.warmSamples) {
      this.learn(index, x, value);
      return NOTHING;
    }
    const z = (x - c.location[index]!) / this.scale(index, meta);
    const effective = Math.abs(z) / Math.max(1, c.tail[index]! / 3);
    const isBad = meta.bad === 'both' || (meta.bad === 'up' ? z > 0 : z < 0);
    c.z[index] = z;
    c.effective[index] = isBad ? effective : 0;
    const before = c.sum[index]!;
    c.sum[index] = Math.max(0, before + Math.min(isBad ? effective : 0, 12) - this.options.zSlack);
    if (c.sum[index]! > 0 && before === 0) c.onset[index] = timeMs;
    return c.anomalous[index] === 1
      ? this.going(index, timeMs, x, value)
      : this.calm(index, timeMs, x, value, effective, isBad);
  }

  private calm(index: number, timeMs: number, x: number, value: number, effective: number, isBad: boolean): 0 | 1 {
    const c = this.c;
    const { zImmediate, sumDecides } = this.options;
    if (isBad && (effective >= zImmediate || c.sum[index]! >= sumDecides)) {
      c.anomalous[index] = 1;
      c.detected[index] = timeMs;
      c.run[index] = 0;
      c.age[index] = 0;
      return BEGAN;
    }
    if (c.frozen[index] === 0) this.learn(index, x, value);
    return NOTHING;
  }

  private going(index: number, _timeMs: number, x: number, value: number): 0 | 2 {
    const c = this.c;
    c.age[index] = c.age[index]! + 1;
    const inside = c.effective[index]! < this.options.zSlack;
    c.run[index] = inside ? c.run[index]! + 1 : 0;
    if (c.run[index]! >= this.options.calmSamples) return this.end(index);
    if (c.age[index]! >= this.options.acceptSamples && c.frozen[index] === 0) {
      // A level that stayed so long is the new normal: start over from it rather than be wrong for ever.
      c.n[index] = 0;
      this.learn(index, x, value);
      return this.end(index);
    }
    return NOTHING;
  }

  private end(index: number): 2 {
    this.c.anomalous[index] = 0;
    this.c.sum[index] = 0;
    this.c.run[index] = 0;
    return ENDED;
  }

  private learn(index: number, x: number, value: number): void {
    const c = this.c;
    const n = c.n[index]! + 1;
    c.n[index] = n;
    if (value < c.min[index]!) c.min[index] = value;
    if (value > c.max[index]!) c.max[index] = value;
    const rate = Math.max(1 / n, 1 / this.options.memorySamples);
    const delta = value - c.mean[index]!;
    c.mean[index] = c.mean[index]! + rate * delta;
    c.variance[index] = (1 - rate) * (c.variance[index]! + rate * delta * delta);
    if (n === 1) {
      c.location[index] = x;
      return;
    }
    const meta = this.metas[index]!;
    const residual = x - c.location[index]!;
    const scale = n < 6 ? Number.POSITIVE_INFINITY : this.scale(index, meta);
    const clipped = Math.max(-CLIP * scale, Math.min(CLIP * scale, residual));
    c.location[index] = c.location[index]! + rate * clipped;
    // 1.2533 = sqrt(pi/2): mean absolute deviation of a Gaussian to its standard deviation.
    c.deviation[index] = c.deviation[index]! + rate * (1.2533 * Math.abs(clipped) - c.deviation[index]!);
    if (n >= 6) this.learnTail(index, Math.abs(residual) / scale);
  }

  /** Tracks the 99 % quantile of |z| by stochastic approximation (Robbins and Monro 1951): heavy tails speak later. */
  private learnTail(index: number, z: number): void {
    const c = this.c;
    const step = 0.05 + 0.5 / (1 + c.n[index]! / 20);
    c.tail[index] = Math.max(
      0,
      c.tail[index]! +
        (z > c.tail[index]! ? step * 0.99 * 10 * Math.min(1, (z - c.tail[index]!) / 3) : -step * 0.01 * 10),
    );
  }

  private scale(index: number, meta: SeriesMeta): number {
    return Math.max(this.c.deviation[index]!, scaleFloor(meta, this.transforms[index]!, this.c.location[index]!));
  }

  private remember(index: number, timeMs: number, value: number): void {
    const c = this.c;
    const step = c.stepMs[index]!;
    const last = c.lastTime[index]!;
    const missed = last === 0 ? 0 : Math.min(RING, Math.max(0, Math.round((timeMs - last) / step) - 1));
    for (let k = 0; k < missed; k++) this.slot(index, Number.NaN);
    c.seen[index] = c.seen[index]! + 1 + missed;
    if (Number.isNaN(value) || missed > 0)
      c.missing[index] = c.missing[index]! + missed + (Number.isNaN(value) ? 1 : 0);
    this.slot(index, value);
    c.lastTime[index] = timeMs;
    if (!Number.isNaN(value)) c.lastSeen[index] = timeMs;
  }

  private slot(index: number, value: number): void {
    const head = this.c.head[index]!;
    this.c.ring[index * RING + head] = value;
    this.c.head[index] = (head + 1) % RING;
  }

  /** Series that fell silent by `timeMs`: always there before, now missing for three steps. Each is told once. */
  tick(timeMs: number): number[] {
    const c = this.c;
    const silent: number[] = [];
    for (let i = 0; i < this.metas.length; i++) {
      if (this.metas[i] === undefined || c.silent[i] === 1 || c.n[i]! < this.options.warmSamples) continue;
      if (c.missing[i]! > 0.2 * c.seen[i]!) continue;
      if (timeMs - c.lastSeen[i]! <= SILENT_STEPS * c.stepMs[i]!) continue;
      c.silent[i] = 1;
      silent.push(i);
    }
    return silent;
  }

  isAnomalous(index: number): boolean {
    return this.c.anomalous[index] === 1;
  }

  /** Effective z of the last sample in the bad direction; 0 where it was in the good one. */
  strength(index: number): number {
    return this.c.effective[index]!;
  }

  /** What is going on at a series, or undefined where it is within its band. */
  anomaly(index: number): Anomaly | undefined {
    const meta = this.metas[index];
    const c = this.c;
    if (meta === undefined || (c.anomalous[index] === 0 && c.silent[index] === 0)) return undefined;
    const shape: AnomalyShape = c.silent[index] === 1 ? 'silence' : c.age[index]! < 2 ? 'spike' : 'shift';
    const { expected, low, high } = this.expected(index);
    return {
      series: meta.id,
      entity: meta.entity,
      metric: meta.metric,
      unit: meta.unit,
      class: meta.class,
      ...(meta.stat === undefined ? {} : { stat: meta.stat }),
      ...(meta.caller === undefined ? {} : { caller: meta.caller }),
      ...(meta.instance === undefined ? {} : { instance: meta.instance }),
      shape,
      onsetMs: c.onset[index]!,
      detectedMs: c.detected[index]!,
      seen: this.last(index),
      expected,
      low,
      high,
      z: c.z[index]!,
      probability: this.probability(index),
    };
  }

  /** The series before the onset (it is frozen while anomalous). */
  baseline(index: number): Baseline {
    const c = this.c;
    const { expected, low, high } = this.expected(index);
    return {
      n: c.n[index]!,
      location: expected,
      scale: Math.max((high - low) / 6, 1e-12),
      mean: c.mean[index]!,
      sd: Math.sqrt(c.variance[index]!),
      min: c.min[index]!,
      max: c.max[index]!,
      missing: c.seen[index] === 0 ? 0 : c.missing[index]! / c.seen[index]!,
    };
  }

  /** Expected value and band (three robust standard deviations, widened for heavy tails), in the metric's unit. */
  expected(index: number): { readonly expected: number; readonly low: number; readonly high: number } {
    const meta = this.metas[index]!;
    const c = this.c;
    const transform = this.transforms[index]!;
    const half = 3 * this.scale(index, meta) * Math.max(1, c.tail[index]! / 3);
    return {
      expected: backward(transform, c.location[index]!),
      low: backward(transform, c.location[index]! - half),
      high: backward(transform, c.location[index]! + half),
    };
  }

  /** The last samples, oldest first; times are those of the series' step. */
  recent(index: number): { readonly timesMs: Float64Array; readonly values: Float64Array } {
    const c = this.c;
    const count = Math.min(RING, c.seen[index]!);
    const timesMs = new Float64Array(count);
    const values = new Float64Array(count);
    for (let k = 0; k < count; k++) {
      const at = (c.head[index]! - count + k + RING) % RING;
      values[k] = c.ring[index * RING + at]!;
      timesMs[k] = c.lastTime[index]! - (count - 1 - k) * c.stepMs[index]!;
    }
    return { timesMs, values };
  }

  /** The last sample, NaN where it was missing. */
  last(index: number): number {
    return this.c.ring[index * RING + ((this.c.head[index]! - 1 + RING) % RING)]!;
  }

  probability(index: number): number {
    return probabilityOf(this.c.effective[index]!, this.c.sum[index]!);
  }

  /** Stops learning: for series that take part in an open incident. */
  freeze(index: number): void {
    this.c.frozen[index] = 1;
  }

  thaw(index: number): void {
    this.c.frozen[index] = 0;
  }
}
