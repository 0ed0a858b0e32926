// All series' detectors as columns of typed arrays: one bank, no object and no allocation a sample.
// Two tests a sample: a band of the last minutes (material by the class's floor) and the surprise in all of the series' past.
import type { Anomaly } from '@fenghuo/rules/contract';
import type { Baseline, SeriesMeta } from '../types.ts';
import { learnBand } from './band.ts';
import { bankColumns, grown, RING } from './columns.ts';
import { type BankOptions, bankDefaults } from './options.ts';
import { probabilityOf, scoreOf } from './probability.ts';
import { recentOf, remember } from './ring.ts';
import { Seasons } from './season.ts';
import { shapeOf } from './shape.ts';
import { surpriseOf } from './surprise.ts';
import { back, floorOf, isBadWay, isPlain, onto, traitsOf } from './traits.ts';

export { RING } from './columns.ts';
export { type BankOptions, bankDefaults } from './options.ts';

/** What `push` answers. */
export const NOTHING = 0;
export const BEGAN = 1;
export const ENDED = 2;
/** Missing samples in a row after which a series counts as silent. */
const SILENT_STEPS = 3;
const ANOMALOUS = 1;
const FROZEN = 2;
const SILENT = 4;
/** Has had values that are not whole. */
const BROKEN = 8;
/** Relative scale below which nothing is a deviation from the long run. */
const RELATIVE = 0.02;
/** A sample adds at most so much z to the sum: less than three in a row never decide. */
const Z_COUNTS = 6;
/** Looks a day of a five-minute series; the decision's false alarms are meant per day, not per sample. */
const LOOK_MS = 300_000;
/** Decades that the looks of a faster series cost. */
const looksOf = (stepMs: number): number => Math.log10(Math.max(1, LOOK_MS / stepMs));

export class DetectorBank {
  private readonly options: BankOptions;
  private readonly metas: (SeriesMeta | undefined)[] = [];
  private readonly seasons = new Seasons();
  private c = bankColumns(64);

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
    if (index >= this.c.location.length) this.c = grown(this.c);
    this.metas.push(meta);
    this.c.traits[index] = traitsOf(meta);
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
    if (this.metas[index] === undefined) return NOTHING;
    remember(this.c, index, timeMs, value);
    if (Number.isNaN(value)) return NOTHING;
    const c = this.c;
    c.state[index] = c.state[index]! & ~SILENT;
    const traits = c.traits[index]!;
    const x = onto(traits, value);
    const floor = floorOf(traits, c.location[index]!);
    if ((c.state[index]! & FROZEN) === 0)
      c.surprise[index] = surpriseOf(c, index, this.seasons, timeMs, x, this.quantum(index, value, floor));
    const n = c.n[index]!;
    if (n <= this.options.warmSamples) {
      learnBand(c, index, n, x, value, floor, this.options.memorySamples);
      return NOTHING;
    }
    const z = (x - c.location[index]!) / Math.max(c.deviation[index]!, floor);
    const isBad = isBadWay(traits, z);
    const strength = isBad ? Math.abs(z) / Math.max(1, c.tail[index]! / 3) : 0;
    c.z[index] = z;
    const before = c.sum[index]!;
    c.sum[index] = Math.max(0, before + Math.min(strength, Z_COUNTS) - this.options.zSlack);
    if ((c.state[index]! & ANOMALOUS) !== 0) return this.going(index, strength);
    if (before === 0) c.onsetS[index] = timeMs / 1000;
    if (this.decides(index, strength, isBad)) {
      c.state[index] = c.state[index]! | ANOMALOUS;
      c.lag[index] = Math.min(65_535, Math.round((timeMs - c.onsetS[index]! * 1000) / c.stepMs[index]!));
      c.run[index] = 0;
      c.age[index] = 0;
      return BEGAN;
    }
    if ((c.state[index]! & FROZEN) === 0) learnBand(c, index, n, x, value, floor, this.options.memorySamples);
    return NOTHING;
  }

  /** Least scale of the surprise: a count that was always whole has its Poisson noise, whatever it is called. */
  private quantum(index: number, value: number, floor: number): number {
    const c = this.c;
    if (!isPlain(c.traits[index]!)) return floor;
    if (!Number.isInteger(value)) c.state[index] = c.state[index]! | BROKEN;
    const relative = RELATIVE * Math.abs(c.slow[index]!);
    return (c.state[index]! & BROKEN) !== 0 ? relative : Math.max(relative, 1);
  }

  /** Without a past of its own, or with surprise at rest because it is frozen, the band decides alone. */
  private goesByBand(index: number): boolean {
    return this.c.n[index]! < this.options.youngSamples || (this.c.state[index]! & FROZEN) !== 0;
  }

  /** Rare in all its past, or out of its band and (once it has a past) somewhat rare too. */
  private decides(index: number, strength: number, isBad: boolean): boolean {
    const c = this.c;
    const o = this.options;
    if (c.surprise[index]! < o.decadesAlone && strength < o.zImmediate && c.sum[index]! < o.sumDecides) return false;
    const looks = looksOf(c.stepMs[index]!);
    const isYoung = this.goesByBand(index);
    if (isBad && c.surprise[index]! >= o.decadesAlone + looks) return true;
    // A single sample must be rare for the looks of a day; several in a row are evidence of their own.
    const isImmediate = strength >= o.zImmediate && (isYoung || c.held[index]! >= o.decadesBand + looks);
    return isImmediate || (c.sum[index]! >= o.sumDecides && (isYoung || c.held[index]! >= o.decadesBand));
  }

  private going(index: number, strength: number): 0 | 2 {
    const c = this.c;
    c.age[index] = Math.min(65_535, c.age[index]! + 1);
    c.run[index] = strength < this.options.zSlack ? c.run[index]! + 1 : 0;
    const isAccepted = c.age[index]! >= this.options.acceptSamples && (c.state[index]! & FROZEN) === 0;
    // A level that stayed so long is the new normal: the band starts over from it rather than be wrong for ever.
    if (isAccepted) this.settle(index);
    else if (c.run[index]! < this.options.calmSamples) return NOTHING;
    c.state[index] = c.state[index]! & ~ANOMALOUS;
    c.sum[index] = 0;
    c.run[index] = 0;
    return ENDED;
  }

  /** Moves the band to the samples of the ring. */
  private settle(index: number): void {
    const { values } = this.recent(index);
    const healthy = values.filter((value) => !Number.isNaN(value));
    const traits = this.c.traits[index]!;
    this.c.location[index] = onto(traits, healthy[healthy.length - 1] ?? 0);
    healthy.forEach((value, k) => {
      const floor = floorOf(traits, this.c.location[index]!);
      learnBand(this.c, index, k + 1, onto(traits, value), value, floor, this.options.memorySamples);
    });
  }

  /** Series that fell silent by `timeMs`: always there before, now missing for three steps. Each is told once. */
  tick(timeMs: number): number[] {
    const c = this.c;
    const silent: number[] = [];
    for (let i = 0; i < this.metas.length; i++) {
      if (this.metas[i] === undefined || (c.state[i]! & SILENT) !== 0 || c.n[i]! < this.options.warmSamples) continue;
      const quietMs = timeMs - c.lastS[i]! * 1000 + c.quiet[i]! * c.stepMs[i]!;
      if (c.missing[i]! > 0.2 || quietMs <= SILENT_STEPS * c.stepMs[i]!) continue;
      c.state[i] = c.state[i]! | SILENT;
      silent.push(i);
    }
    return silent;
  }

  isAnomalous(index: number): boolean {
    return (this.c.state[index]! & ANOMALOUS) !== 0;
  }

  /** Effective z of the last sample in the bad direction; 0 where it was in the good one. */
  strength(index: number): number {
    const z = this.c.z[index]!;
    return isBadWay(this.c.traits[index]!, z) ? Math.abs(z) / Math.max(1, this.c.tail[index]! / 3) : 0;
  }

  /** What is going on at a series, or undefined where it is within its band. */
  anomaly(index: number): Anomaly | undefined {
    const meta = this.metas[index];
    const c = this.c;
    const isSilent = (c.state[index]! & SILENT) !== 0;
    if (meta === undefined || !(isSilent || this.isAnomalous(index))) return undefined;
    const { expected, low, high } = this.expected(index);
    const step = c.stepMs[index]!;
    const silentMs = c.lastS[index]! * 1000 + (1 - c.quiet[index]!) * step;
    const onsetMs = c.onsetS[index]! * 1000;
    return {
      series: meta.id,
      entity: meta.entity,
      metric: meta.metric,
      unit: meta.unit,
      class: meta.class,
      ...(meta.stat === undefined ? {} : { stat: meta.stat }),
      ...(meta.caller === undefined ? {} : { caller: meta.caller }),
      ...(meta.instance === undefined ? {} : { instance: meta.instance }),
      shape: isSilent ? 'silence' : shapeOf(this.recent(index).values, c.age[index]!, low, high),
      onsetMs: isSilent ? silentMs : onsetMs,
      detectedMs: isSilent ? silentMs + SILENT_STEPS * step : onsetMs + c.lag[index]! * step,
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
    const traits = c.traits[index]!;
    const x = c.location[index]!;
    const tail = c.tail[index]!;
    const deviation = tail > 3 ? (Math.max(c.deviation[index]!, floorOf(traits, x)) * tail) / 3 : c.deviation[index]!;
    const location = back(traits, x);
    return {
      n: c.n[index]!,
      location,
      scale: Math.max(back(traits, x + deviation) - location, 1e-12),
      mean: c.mean[index]!,
      sd: Math.sqrt(c.variance[index]!),
      min: c.min[index]!,
      max: c.max[index]!,
      missing: c.missing[index]!,
    };
  }

  /** Expected value and band (three robust standard deviations, widened for heavy tails), in the metric's unit. */
  expected(index: number): { readonly expected: number; readonly low: number; readonly high: number } {
    const c = this.c;
    const traits = c.traits[index]!;
    const location = c.location[index]!;
    const scale = Math.max(c.deviation[index]!, floorOf(traits, location));
    const half = 3 * scale * Math.max(1, c.tail[index]! / 3);
    return {
      expected: back(traits, location),
      low: back(traits, location - half),
      high: back(traits, location + half),
    };
  }

  /** The last samples, oldest first; times are those of the series' step. */
  recent(index: number): { readonly timesMs: Float64Array; readonly values: Float64Array } {
    return recentOf(this.c, index);
  }

  /** The last sample, NaN where it was missing. */
  last(index: number): number {
    return this.c.ring[index * RING + ((this.c.head[index]! - 1 + RING) % RING)]!;
  }

  probability(index: number): number {
    const c = this.c;
    const isYoung = this.goesByBand(index);
    return probabilityOf(this.strength(index), c.sum[index]!, c.held[index]!, looksOf(c.stepMs[index]!), isYoung);
  }

  /** Surprise of the last sample as a score, 0..1; comparable over series. */
  score(index: number): number {
    return Number.isNaN(this.last(index)) ? 0 : scoreOf(this.c.surprise[index]!);
  }

  /** Stops learning: for series that take part in an open incident. */
  freeze(index: number): void {
    this.c.state[index] = this.c.state[index]! | FROZEN;
  }

  thaw(index: number): void {
    this.c.state[index] = this.c.state[index]! & ~FROZEN;
  }
}
