// All series' detectors in one buffer of equal records: one bank, no object and no allocation a sample.
// Two tests a sample: a band of the last minutes (material by the class's floor) and the surprise in all of the series' past.
import type { SeriesMeta } from '../types.ts';
import { learnBand, learnSample, unlearnSample } from './band.ts';
import { createBatch, put } from './batch.ts';
import { prepare } from './prepare.ts';
import { BankReadings, LOOK_MS_MOST, looksOf, SILENT_STEPS } from './readings.ts';
import {
  AGE,
  ANOMALOUS,
  BEGAN,
  DEVIATION,
  ENDED,
  FROZEN,
  grown,
  HELD,
  LAG,
  LAST_S,
  LOCATION,
  MAX,
  MIDDLE,
  MIN,
  MISSING,
  N,
  NOTHING,
  ONSET_S,
  QUIET,
  REMOVED,
  RESTING,
  RING,
  RUN,
  SILENT,
  SLOW,
  STATE,
  STEP_MS,
  SUM,
  SURPRISE,
  TRAITS,
  WORDS,
  Z,
} from './record.ts';
import { remember } from './ring.ts';
import { Seasons } from './season.ts';
import { surprise } from './surprise.ts';
import { floorOf, isBadWay, onto, traitsOf } from './traits.ts';

export { BATCH } from './batch.ts';
export { type BankOptions, bankDefaults } from './options.ts';
export { BEGAN, ENDED, NOTHING, RETURNED, RING } from './record.ts';

/** A sample adds at most so much z to the sum: less than three in a row never decide. */
const Z_COUNTS = 6;
/** Decades that several samples in a row out of the band are worth. */
const SEVERAL = 0.5;
/** After a release a level is accepted so many samples after it was told, for so long. */
export const releasedSamples = 300;
const RELEASE_MS = 3_600_000;
/** Share of missing samples above which silence says nothing. */
const MISSING_MOST = 0.2;

export class DetectorBank extends BankReadings {
  private readonly seasons = new Seasons();
  private readonly batch = createBatch();
  /** Series whose service was released lately, and until when that excuses a new level. */
  private readonly released = new Map<number, number>();
  /** A surprise below this decides at no step. */
  private readonly calmDecades = this.options.decades + looksOf(LOOK_MS_MOST);

  /** Adds a series sampled every `stepMs`; answers its index. */
  add(meta: SeriesMeta, stepMs: number): number {
    const index = this.metas.length;
    if (index >= this.r.capacity) this.r = grown(this.r);
    this.metas.push(meta);
    const at = index * WORDS;
    this.r.b[at * 4 + TRAITS] = traitsOf(meta);
    this.r.f[at + STEP_MS] = stepMs;
    this.r.f[at + MIN] = Number.POSITIVE_INFINITY;
    this.r.f[at + MAX] = Number.NEGATIVE_INFINITY;
    return index;
  }

  /** Forgets a series; its index is not used again. */
  remove(index: number): void {
    this.metas[index] = undefined;
    this.released.delete(index);
    this.set(index, REMOVED);
  }

  /** Takes one sample (NaN is missing): 0 nothing changed, 1 an anomaly began, 2 it ended, 3 a silence did. */
  push(index: number, timeMs: number, value: number): number {
    const { batch } = this;
    batch.count = 0;
    batch.timeMs = timeMs;
    put(batch, index, value);
    this.run();
    return batch.turn[0]!;
  }

  /**
   * Takes samples of one time, at most `BATCH` of different series: `values[first + k]` is that of `indices[first + k]`.
   * Answers what became of each, as `push` does, in an array that the next call reuses.
   */
  pushSome(indices: ArrayLike<number>, first: number, count: number, timeMs: number, values: Float64Array): Uint8Array {
    const { batch } = this;
    batch.count = 0;
    batch.timeMs = timeMs;
    for (let k = first; k < first + count; k++) put(batch, indices[k]!, values[k]!);
    this.run();
    return batch.turn;
  }

  /** The stages, each over the whole batch. */
  private run(): void {
    remember(this.r, this.batch);
    prepare(this.r, this.batch);
    surprise(this.r, this.seasons, this.batch);
    this.judge();
  }

  /** Last stage: is a sample out of its band, does that and its surprise decide, and if not the band learns it. */
  private judge(): void {
    const { batch, options } = this;
    const { f, u, b } = this.r;
    for (let k = 0; k < batch.count; k++) {
      const x = batch.x[k]!;
      if (Number.isNaN(x)) continue;
      const at = batch.at[k]!;
      const floor = batch.floor[k]!;
      const state = b[at * 4 + STATE]!;
      if (u[at + N]! > options.warmSamples) {
        const deviation = f[at + DEVIATION]!;
        const z = (x - f[at + LOCATION]!) / Math.max(deviation, floor);
        f[at + Z] = z;
        const isCalm = Math.abs(z) < options.zSlack && f[at + SUM] === 0 && f[at + SURPRISE]! < this.calmDecades;
        if (!isCalm || (state & ANOMALOUS) !== 0) {
          const turn = this.weigh(at);
          if (turn !== NOTHING) batch.turn[k] = turn;
          if (turn !== NOTHING || (state & ANOMALOUS) !== 0) continue;
        }
      }
      if ((state & (FROZEN | RESTING)) === 0) learnBand(this.r, batch, k, options.memorySamples);
    }
  }

  /** What a sample means that is out of its band, follows one that was, or belongs to an anomaly. */
  private weigh(at: number): 0 | 1 | 2 {
    const { batch, options } = this;
    const { f, u, h, b } = this.r;
    const state = b[at * 4 + STATE]!;
    const strength = this.strength(at / WORDS);
    const before = f[at + SUM]!;
    f[at + SUM] = Math.max(0, before + Math.min(strength, Z_COUNTS) - options.zSlack);
    if ((state & ANOMALOUS) !== 0) return this.going(at, strength);
    if (before === 0) u[at + ONSET_S] = batch.timeMs / 1000;
    if (!this.decides(at, strength)) return NOTHING;
    b[at * 4 + STATE] = state | ANOMALOUS;
    b[at * 4 + RUN] = 0;
    h[at * 2 + LAG] = Math.min(65_535, Math.round((batch.timeMs - u[at + ONSET_S]! * 1000) / f[at + STEP_MS]!));
    h[at * 2 + AGE] = 0;
    return BEGAN;
  }

  /** Rare in all its past, or out of its band and (once it has a past) somewhat rare too. */
  private decides(at: number, strength: number): boolean {
    const { f } = this.r;
    const o = this.options;
    const looks = looksOf(f[at + STEP_MS]!);
    if (isBadWay(this.traits(at / WORDS), f[at + Z]!) && f[at + SURPRISE]! >= o.decades + looks) return true;
    if (strength < o.zImmediate && f[at + SUM]! < o.sumDecides) return false;
    const isYoung = this.goesByBand(at / WORDS);
    // A single sample must be rare for the looks of a day; several in a row are evidence of their own.
    const isImmediate = strength >= o.zImmediate && (isYoung || f[at + HELD]! >= o.decades + looks);
    return isImmediate || (f[at + SUM]! >= o.sumDecides && (isYoung || f[at + HELD]! >= o.decades - SEVERAL));
  }

  private going(at: number, strength: number): 0 | 2 {
    const { f, h, b } = this.r;
    const index = at / WORDS;
    const age = Math.min(65_535, h[at * 2 + AGE]! + 1);
    h[at * 2 + AGE] = age;
    const run = strength < this.options.zSlack ? b[at * 4 + RUN]! + 1 : 0;
    b[at * 4 + RUN] = run;
    const isNew = age >= releasedSamples && (this.released.get(index) ?? 0) > this.batch.timeMs;
    const isAccepted = (isNew || age >= this.options.acceptSamples) && !this.is(index, FROZEN);
    // A level that stayed so long is the new normal: the band starts over from it rather than be wrong for ever.
    if (isAccepted) this.settle(index, isNew);
    else if (run < this.options.calmSamples) return NOTHING;
    this.clear(index, ANOMALOUS);
    f[at + SUM] = 0;
    b[at * 4 + RUN] = 0;
    return ENDED;
  }

  /** Moves the band to the samples of the ring, and the long run too where the version is new. */
  private settle(index: number, isNew: boolean): void {
    const at = index * WORDS;
    const healthy = this.recent(index).values.filter((value) => !Number.isNaN(value));
    const traits = this.traits(index);
    this.r.f[at + LOCATION] = onto(traits, healthy[healthy.length - 1] ?? 0);
    healthy.forEach((value, k) => {
      const floor = floorOf(traits, this.r.f[at + LOCATION]!);
      learnSample(this.r, at, k + 1, onto(traits, value), value, floor, this.options.memorySamples);
    });
    if (!isNew) return;
    const { f } = this.r;
    f[at + SLOW] = f[at + LOCATION]!;
    f[at + MIDDLE] = f[at + LOCATION]!;
    f[at + HELD] = 0;
    f[at + SURPRISE] = 0;
    this.released.delete(index);
  }

  /** Series that fell silent by `timeMs`: always there before, now missing for three steps. Each is told once. */
  tick(timeMs: number): number[] {
    const silent: number[] = [];
    for (let i = 0; i < this.metas.length; i++) if (this.falls(i, timeMs)) silent.push(i);
    return silent;
  }

  /** The same of some series only, added to `silent`: whoever knows who reported need not look at the others. */
  tickSome(indices: Uint32Array, timeMs: number, silent: number[]): void {
    for (let k = 0; k < indices.length; k++) if (this.falls(indices[k]!, timeMs)) silent.push(indices[k]!);
  }

  private falls(i: number, timeMs: number): boolean {
    const { f, u, b } = this.r;
    const at = i * WORDS;
    if ((b[at * 4 + STATE]! & (SILENT | REMOVED)) !== 0) return false;
    const quietMs = timeMs - u[at + LAST_S]! * 1000 + b[at * 4 + QUIET]! * f[at + STEP_MS]!;
    if (quietMs <= SILENT_STEPS * f[at + STEP_MS]!) return false;
    if (u[at + N]! < this.options.warmSamples || f[at + MISSING]! > MISSING_MOST) return false;
    this.set(i, SILENT);
    return true;
  }

  /**
   * The series' service has been released (or its configuration changed) at `timeMs`: for an hour a new level that stays five minutes, and that no
   * incident froze, is what the new version is like. It is told when it begins like any other: a bad release hides behind nothing.
   */
  release(index: number, timeMs: number): void {
    this.released.set(index, timeMs + RELEASE_MS);
  }

  /** Stops learning: for series that take part in an open incident. */
  freeze(index: number): void {
    this.set(index, FROZEN);
  }

  thaw(index: number): void {
    this.clear(index, FROZEN);
  }

  /** The band learns nothing from `fromMs` on, while all else goes on: for series of whom an open incident touches. */
  rest(index: number, fromMs: number): void {
    if (!this.is(index, FROZEN) && !this.is(index, RESTING)) this.unlearn(index, fromMs);
    this.set(index, RESTING);
  }

  /** Takes what was learned since `fromMs` out of the mean and the variance; of a young series, whose past is short, nothing. */
  private unlearn(index: number, fromMs: number): void {
    const at = index * WORDS;
    const { memorySamples } = this.options;
    if (this.r.u[at + N]! < memorySamples + RING) return;
    const { timesMs, values } = this.recent(index);
    const learned = values.length - this.unlearned(index);
    for (let k = learned - 1; k >= 0 && timesMs[k]! >= fromMs; k--)
      if (!Number.isNaN(values[k]!)) unlearnSample(this.r, at, values[k]!, memorySamples);
  }

  wake(index: number): void {
    this.clear(index, RESTING);
  }

  private set(index: number, bit: number): void {
    const at = index * WORDS * 4 + STATE;
    this.r.b[at] = this.r.b[at]! | bit;
  }

  private clear(index: number, bit: number): void {
    const at = index * WORDS * 4 + STATE;
    this.r.b[at] = this.r.b[at]! & ~bit;
  }
}
