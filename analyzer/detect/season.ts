// Hour-of-day profiles, kept apart from the bank: only series that lived long enough get one, only those that gain use it.
// Gain is measured: the mean absolute residual from the profile against that from the series' long-run level.
import { forgetOf, rateBoth } from './tail.ts';

const HOURS = 24;
const DAY_MS = 86_400_000;
/** Floats of a block: 24 means, 24 counts, residual with and without profile, mean residual, four tails. */
const BLOCK = HOURS * 2 + 3 + 8;
const BLOCKS_MAX = 65_535;
const WITH = HOURS * 2;
const WITHOUT = WITH + 1;
const MIDDLE = WITH + 2;
const TAIL = WITH + 3;
/** The profile's residual must be so much smaller than the plain one. */
const GAIN = 0.7;
/** Days before a profile is used. */
const DAYS = 2;
/** Samples over which the profile's mean residual runs, as the bank's own. */
const MIDDLE_SAMPLES = 15;
/** Samples of its hour that a mean remembers, and the days where samples come often. */
const MEMORY_SAMPLES = 60;
const MEMORY_DAYS = 5;

/** Bytes of one profile. */
export const seasonBytes = BLOCK * 4 + 4;

export class Seasons {
  private blocks = new Float32Array(0);
  private hits = new Uint8Array(0);
  private count = 0;
  /** Rarity of the last sample against its hour, and of the last samples' mean; set by `push`. */
  single = 0;
  level = 0;

  /** Profiles are bounded: series beyond the 65,535th do without. */
  get hasRoom(): boolean {
    return this.count < BLOCKS_MAX;
  }

  /** A new block's number, from 1. */
  open(): number {
    if ((this.count + 1) * BLOCK > this.blocks.length) {
      const next = new Float32Array(Math.max(BLOCK * 8, this.blocks.length * 2));
      next.set(this.blocks);
      this.blocks = next;
      const hits = new Uint8Array((next.length / BLOCK) * 4);
      hits.set(this.hits);
      this.hits = hits;
    }
    return ++this.count;
  }

  /** Rates a sample against its hour, then learns it. `rate` is the bank's long-run rate, `x` and `scale` in transformed units. */
  push(
    block: number,
    timeMs: number,
    stepMs: number,
    n: number,
    x: number,
    plain: number,
    scale: number,
    rate: number,
  ) {
    const b = this.blocks;
    const at = (block - 1) * BLOCK;
    const hour = Math.floor((timeMs % DAY_MS) / (DAY_MS / HOURS));
    const seen = b[at + HOURS + hour]!;
    this.single = 0;
    this.level = 0;
    if (seen > 0) {
      const residual = x - b[at + hour]!;
      const limit = 3 * scale;
      b[at + WITH]! += (Math.min(Math.abs(residual), limit) - b[at + WITH]!) * rate;
      b[at + WITHOUT]! += (Math.min(Math.abs(plain), limit) - b[at + WITHOUT]!) * rate;
      if (n * stepMs > DAYS * DAY_MS) this.rate(at, n, residual / scale);
      const memory = Math.max(MEMORY_SAMPLES, (MEMORY_DAYS * DAY_MS) / HOURS / stepMs);
      b[at + hour]! += Math.max(-limit, Math.min(limit, residual)) * Math.max(1 / (seen + 1), 1 / memory);
    } else b[at + hour] = x;
    b[at + HOURS + hour] = Math.min(seen + 1, 1e6);
  }

  private rate(at: number, n: number, z: number): void {
    const b = this.blocks;
    b[at + MIDDLE]! += (z - b[at + MIDDLE]!) / MIDDLE_SAMPLES;
    if (b[at + WITH]! >= b[at + WITHOUT]! * GAIN) return;
    const middle = b[at + MIDDLE]!;
    const hit = (at / BLOCK) * 4;
    const forget = forgetOf(n);
    this.single = rateBoth(b, at + TAIL, this.hits, hit, n, forget, z);
    this.level = rateBoth(b, at + TAIL + 4, this.hits, hit + 2, n, forget, middle);
  }
}
