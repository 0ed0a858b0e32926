// What a bank can tell of a series: expected and seen, band, past, anomaly. The cold half of the detectors: nothing here learns.
import type { Anomaly } from '@fenghuo/rules/contract';
import { subjectOf } from '../subject.ts';
import type { Baseline, SeriesMeta } from '../types.ts';
import { meanWithout } from './band.ts';
import { type BankOptions, bankDefaults } from './options.ts';
import { probabilityOf, scoreOf } from './probability.ts';
import {
  AGE,
  ANOMALOUS,
  DEVIATION,
  FILLED,
  FROZEN,
  HEAD,
  HELD,
  LAG,
  LAST_S,
  LOCATION,
  MAX,
  MEAN,
  MIN,
  MISSING,
  N,
  ONSET_S,
  QUIET,
  RESTING,
  RING,
  records,
  SILENT,
  STATE,
  STEP_MS,
  SUM,
  SURPRISE,
  slotOf,
  TAIL,
  TRAITS,
  VARIANCE,
  WORDS,
  Z,
} from './record.ts';
import { copyLast, countSince, layOver, recentOf, valuesOf } from './ring.ts';
import { shapeOf } from './shape.ts';
import { back, floorOf, isBadWay } from './traits.ts';

/** Missing samples in a row after which a series counts as silent. */
export const SILENT_STEPS = 3;
/** Step at which the decision's decades are meant. */
const LOOK_MS = 300_000;
/** A day: who looks more seldom is judged as if it looked once a day. */
export const LOOK_MS_MOST = 86_400_000;
/**
 * Decades that a series' looks cost: its false alarms are meant per day, not per sample, so a faster one needs more, and one that is seen
 * once an hour less (its looks a day are a twelfth).
 */
export const looksOf = (stepMs: number): number => Math.log10(LOOK_MS / Math.min(stepMs, LOOK_MS_MOST));

export class BankReadings {
  protected readonly options: BankOptions;
  protected readonly metas: (SeriesMeta | undefined)[] = [];
  protected r = records(64);
  /** Series over whose last samples one more is laid just now. */
  readonly laid = new Set<number>();

  constructor(options: Partial<BankOptions> = {}) {
    this.options = { ...bankDefaults, ...options };
  }

  /** Number of places, removed ones included. */
  get size(): number {
    return this.metas.length;
  }

  meta(index: number): SeriesMeta | undefined {
    return this.metas[index];
  }

  protected is(index: number, bit: number): boolean {
    return (this.r.b[index * WORDS * 4 + STATE]! & bit) !== 0;
  }

  isAnomalous(index: number): boolean {
    return this.is(index, ANOMALOUS);
  }

  protected traits(index: number): number {
    return this.r.b[index * WORDS * 4 + TRAITS]!;
  }

  /** Without a past of its own, or with surprise at rest because it is frozen, the band decides alone. */
  protected goesByBand(index: number): boolean {
    return this.r.u[index * WORDS + N]! < this.options.youngSamples || this.is(index, FROZEN);
  }

  /** Effective z of the last sample in the bad direction; 0 where it was in the good one. */
  strength(index: number): number {
    const { f } = this.r;
    const z = f[index * WORDS + Z]!;
    return isBadWay(this.traits(index), z) ? Math.abs(z) / Math.max(1, f[index * WORDS + TAIL]! / 3) : 0;
  }

  /** What is going on at a series, or undefined where it is within its band. */
  anomaly(index: number): Anomaly | undefined {
    const meta = this.metas[index];
    const isSilent = this.is(index, SILENT);
    if (meta === undefined || !(isSilent || this.isAnomalous(index))) return undefined;
    const { f, u, h, b } = this.r;
    const at = index * WORDS;
    const { expected, low, high } = this.expected(index);
    const step = f[at + STEP_MS]!;
    const silentMs = u[at + LAST_S]! * 1000 + (1 - b[at * 4 + QUIET]!) * step;
    const onsetMs = u[at + ONSET_S]! * 1000;
    return {
      ...subjectOf(meta),
      shape: isSilent ? 'silence' : shapeOf(this.recent(index).values, h[at * 2 + AGE]!, low, high),
      onsetMs: isSilent ? silentMs : onsetMs,
      detectedMs: isSilent ? silentMs + SILENT_STEPS * step : onsetMs + h[at * 2 + LAG]! * step,
      seen: this.lastPresent(index),
      expected,
      low,
      high,
      z: f[at + Z]!,
      probability: this.probability(index),
    };
  }

  /** The series before the onset (it is frozen while anomalous). */
  baseline(index: number): Baseline {
    const { f, u } = this.r;
    const at = index * WORDS;
    const traits = this.traits(index);
    const x = f[at + LOCATION]!;
    const tail = f[at + TAIL]!;
    const spread = f[at + DEVIATION]!;
    const deviation = tail > 3 ? (Math.max(spread, floorOf(traits, x)) * tail) / 3 : spread;
    const location = back(traits, x);
    return {
      n: u[at + N]!,
      location,
      scale: Math.max(back(traits, x + deviation) - location, 1e-12),
      mean: f[at + MEAN]!,
      sd: Math.sqrt(f[at + VARIANCE]!),
      min: f[at + MIN]!,
      max: f[at + MAX]!,
      missing: f[at + MISSING]!,
    };
  }

  /** The mean before the last `samples` samples: what is judged is no part of its own past. Of what is not learned now it is the mean as it stands. */
  meanBefore(index: number, samples: number): number {
    const { f, u } = this.r;
    const at = index * WORDS;
    let [n, mean] = [u[at + N]!, f[at + MEAN]!];
    if (this.is(index, FROZEN) || this.is(index, RESTING)) return mean;
    const unlearned = this.unlearned(index);
    const laid = this.laid.has(index) ? 1 : 0;
    for (let back = 1; back <= samples && n > 1; back++) {
      const value = this.last(index, back + laid);
      if (Number.isNaN(value)) continue;
      const rate = 1 / Math.min(n--, this.options.memorySamples);
      if (back > unlearned) mean = meanWithout(mean, value, rate);
    }
    return Math.max(0, mean);
  }

  /** How many of the last samples were not learned: what is anomalous is not, from the sample on that made it so. */
  protected unlearned(index: number): number {
    return this.is(index, ANOMALOUS) ? this.r.h[index * WORDS * 2 + AGE]! + 1 : 0;
  }

  /** Expected value and band (three robust standard deviations, widened for heavy tails), in the metric's unit. */
  expected(index: number): { readonly expected: number; readonly low: number; readonly high: number } {
    const { f } = this.r;
    const at = index * WORDS;
    const traits = this.traits(index);
    const location = f[at + LOCATION]!;
    const scale = Math.max(f[at + DEVIATION]!, floorOf(traits, location));
    const half = 3 * scale * Math.max(1, f[at + TAIL]! / 3);
    return {
      expected: back(traits, location),
      low: back(traits, location - half),
      high: back(traits, location + half),
    };
  }

  /** Lays a sample that belongs to no step over a series' last ones, learned by nobody; what is answered takes it away. One at a time. */
  lay(index: number, value: number): () => void {
    const lift = layOver(this.r, index, value);
    this.laid.add(index);
    return () => {
      this.laid.delete(index);
      lift();
    };
  }

  /** The last samples, oldest first; times are those of the series' step. */
  recent(index: number): { readonly timesMs: Float64Array; readonly values: Float64Array } {
    return recentOf(this.r, index);
  }

  /** The last samples alone, in a plain array: where many series are looked at, one allocation less each, and a cheap one. */
  values(index: number): number[] {
    return valuesOf(this.r, index);
  }

  /** Copies the samples from `fromMs` on, oldest first, into `out` from place `to` on; how many they are, at most the ring's `RING`. */
  copySince(index: number, fromMs: number, out: Float64Array, to: number): number {
    const count = countSince(this.r, index, fromMs);
    copyLast(this.r, index, count, out, to);
    return count;
  }

  /** When the last sample was due, and the step between two, ms. */
  lastMs(index: number): number {
    return this.r.u[index * WORDS + LAST_S]! * 1000;
  }

  stepMs(index: number): number {
    return this.r.f[index * WORDS + STEP_MS]!;
  }

  /** The last sample that is not missing; 0 where all that are kept are. */
  private lastPresent(index: number): number {
    return this.values(index).findLast((value) => !Number.isNaN(value)) ?? 0;
  }

  /** The last sample, or the one so many back (1 is the last), NaN where it was missing or never came. */
  last(index: number, back = 1): number {
    const { ring, b } = this.r;
    const bytes = index * WORDS * 4;
    return back > b[bytes + FILLED]! ? Number.NaN : ring[slotOf(index, (b[bytes + HEAD]! - back + RING) % RING)]!;
  }

  probability(index: number): number {
    const { f } = this.r;
    const at = index * WORDS;
    const looks = looksOf(f[at + STEP_MS]!);
    return probabilityOf(this.strength(index), f[at + SUM]!, f[at + HELD]!, looks, this.goesByBand(index));
  }

  /** Surprise of the last sample, decades. */
  decades(index: number): number {
    return Number.isNaN(this.last(index)) ? 0 : this.r.f[index * WORDS + SURPRISE]!;
  }

  /** Surprise of the last sample as a score, 0..1; comparable over series. */
  score(index: number): number {
    return Number.isNaN(this.last(index)) ? 0 : scoreOf(this.r.f[index * WORDS + SURPRISE]!);
  }
}
