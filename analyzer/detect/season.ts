// Hour-of-day profiles, kept apart from the bank: only series that lived long enough get one, only those that gain use it.
// Gain is measured: the mean absolute residual from the profile against that from the series' long-run level.
import type { Batch } from './batch.ts';
import { Places, roomFor } from './blocks.ts';
import { isSinking, rate, sink } from './tail.ts';
import { Weeks } from './week.ts';

const HOURS = 24;
const DAY_MS = 86_400_000;
/** Floats of a block: 24 means, 24 counts, residual with and without profile, mean residual, four tails, number of the week's profile. */
const BLOCK = HOURS * 2 + 3 + 8 + 1;
const BLOCKS_MAX = 65_535;
const WITH = HOURS * 2;
const WITHOUT = WITH + 1;
const MIDDLE = WITH + 2;
const TAIL = WITH + 3;
const WEEK = TAIL + 8;
/** Bytes of hits of a block: one a tail. */
const TAILS = 4;
/** The profile's residual must be so much smaller than the plain one. */
const GAIN = 0.7;
/** Days before a profile is used. */
const DAYS = 2;
/** Samples over which the profile's mean residual runs, as the bank's own. */
const MIDDLE_SAMPLES = 15;
/** Place of its two views among the batch's. */
const FIRST = 4;
/** Samples of its hour that a mean remembers, and the days where samples come often. */
const MEMORY_SAMPLES = 60;
const MEMORY_DAYS = 5;

/** Bytes of one profile. */
export const seasonBytes = BLOCK * 4 + TAILS;

export class Seasons {
  private blocks = new Float32Array(0);
  private hits = new Uint8Array(0);
  private readonly places = new Places(BLOCKS_MAX);
  private readonly weeks = new Weeks();

  /** A new block's number, from 1; 0 where there is no room: series beyond the 65,535th do without. */
  open(): number {
    const place = this.places.open();
    if (place === undefined) return 0;
    this.blocks = roomFor(this.blocks, place, BLOCK);
    this.hits = roomFor(this.hits, place, TAILS);
    return place + 1;
  }

  /**
   * Rates a sample against its hour, and the last samples' mean, as the batch's last two views; then learns it. Whether any is rare.
   * @param longRate the bank's long-run rate  @param x @param plain @param scale value, its distance from the long run and the scale, transformed
   */
  push(
    block: number,
    stepMs: number,
    n: number,
    x: number,
    plain: number,
    scale: number,
    longRate: number,
    batch: Batch,
    isLearning: boolean,
  ): boolean {
    const b = this.blocks;
    const at = (block - 1) * BLOCK;
    const hour = Math.floor((batch.timeMs % DAY_MS) / (DAY_MS / HOURS));
    const seen = b[at + HOURS + hour]!;
    let isRare = false;
    batch.decades[FIRST] = 0;
    batch.decades[FIRST + 1] = 0;
    if (seen > 0) {
      const residual = x - b[at + hour]!;
      const limit = 3 * scale;
      b[at + WITH]! += (Math.min(Math.abs(residual), limit) - b[at + WITH]!) * longRate;
      b[at + WITHOUT]! += (Math.min(Math.abs(plain), limit) - b[at + WITHOUT]!) * longRate;
      if (n * stepMs > DAYS * DAY_MS) isRare = this.rate(at, n, residual / scale, batch, isLearning);
      if (this.isUsualThisWeekday(at, n * stepMs, batch.timeMs, stepMs, x, limit, longRate)) {
        batch.decades[0] = batch.decades[1] = batch.decades[2] = batch.decades[FIRST] = batch.decades[FIRST + 1] = 0;
        isRare = false;
      }
      const memory = Math.max(MEMORY_SAMPLES, (MEMORY_DAYS * DAY_MS) / HOURS / stepMs);
      b[at + hour]! += Math.max(-limit, Math.min(limit, residual)) * Math.max(1 / (seen + 1), 1 / memory);
    } else b[at + hour] = x;
    b[at + HOURS + hour] = Math.min(seen + 1, 1e6);
    return isRare;
  }

  /** Whether this hour of the week is usually like this, by a profile that the series earned. */
  private isUsualThisWeekday(
    at: number,
    ageMs: number,
    timeMs: number,
    stepMs: number,
    x: number,
    limit: number,
    rate: number,
  ): boolean {
    const b = this.blocks;
    if (b[at + WEEK] === 0 && ageMs > DAY_MS) b[at + WEEK] = this.weeks.open(timeMs);
    if (b[at + WEEK] === 0) return false;
    return this.weeks.push(b[at + WEEK]!, timeMs, stepMs, x, limit, Math.min(b[at + WITH]!, b[at + WITHOUT]!), rate);
  }

  private rate(at: number, n: number, z: number, batch: Batch, isLearning: boolean): boolean {
    const b = this.blocks;
    b[at + MIDDLE]! += (z - b[at + MIDDLE]!) / MIDDLE_SAMPLES;
    if (b[at + WITH]! >= b[at + WITHOUT]! * GAIN) return false;
    batch.figures[FIRST] = z;
    batch.figures[FIRST + 1] = b[at + MIDDLE]!;
    const isRare = rate(b, at + TAIL, this.hits, (at / BLOCK) * TAILS, 2, n, batch, FIRST, isLearning);
    if (isLearning && isSinking(n)) sink(b, at + TAIL, TAILS, n);
    return isRare;
  }
}
