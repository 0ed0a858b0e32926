// Hour-of-week profiles beside the hours of the day: for series whose Sundays are not their Mondays. A pool of its own, since few need it.
// Like the hours of the day (season.ts) a mean an hour, moved by clipped steps; used while its residual is clearly below the day's.
import { Places, roomFor } from './blocks.ts';

const HOURS = 168;
const HOUR_MS = 3_600_000;
const WEEK_MS = HOURS * HOUR_MS;
/** Weeks before a profile is used, and weeks that a mean remembers. */
const WEEKS = 2;
const MEMORY_WEEKS = 8;
/** Its residual must be so much smaller than that of the hours of the day. */
const GAIN = 0.8;
/** Mean residuals within which a sample is what its hour of the week is usually like: three standard deviations of a Gaussian's. */
const USUAL = 3.76;
/** Floats of a block: the means, then the mean absolute residual and the time of the first sample, s. */
const WITH = HOURS;
const SINCE = HOURS + 1;
const BLOCK = HOURS + 2;

/** Bytes of one profile: the means, and how often each hour was seen. */
export const weekBytes = BLOCK * 4 + HOURS;
/** Profiles at once, 14 MB of them; series beyond do with the hours of the day. */
export const weeksMax = 16_384;

export class Weeks {
  private means = new Float32Array(0);
  private seen = new Uint8Array(0);
  private readonly places = new Places(weeksMax);

  /** A new block's number from 1, 0 where there is no room. */
  open(timeMs: number): number {
    const place = this.places.open();
    if (place === undefined) return 0;
    this.means = roomFor(this.means, place, BLOCK);
    this.seen = roomFor(this.seen, place, HOURS);
    this.means[place * BLOCK + SINCE] = timeMs / 1_000;
    return place + 1;
  }

  /**
   * Learns a sample. Whether this hour of the week is usually like it; never where that is not known or not worth it.
   * @param x value @param limit most that a sample moves a mean by, both transformed @param day mean absolute residual without the week @param rate at which residuals forget
   */
  push(block: number, timeMs: number, stepMs: number, x: number, limit: number, day: number, rate: number): boolean {
    const m = this.means;
    const at = (block - 1) * BLOCK;
    const hour = Math.floor((timeMs % WEEK_MS) / HOUR_MS);
    const place = (block - 1) * HOURS + hour;
    const count = this.seen[place]!;
    if (count < 255) this.seen[place] = count + 1;
    if (count === 0) {
      m[at + hour] = x;
      return false;
    }
    const residual = x - m[at + hour]!;
    m[at + WITH]! += (Math.min(Math.abs(residual), limit) - m[at + WITH]!) * rate;
    const memory = Math.min(255, Math.max(MEMORY_WEEKS, (MEMORY_WEEKS * HOUR_MS) / stepMs));
    m[at + hour]! += Math.max(-limit, Math.min(limit, residual)) / Math.min(count + 1, memory);
    const isKnown = timeMs / 1_000 - m[at + SINCE]! > (WEEKS * WEEK_MS) / 1_000;
    return isKnown && m[at + WITH]! < GAIN * day && Math.abs(residual) < USUAL * m[at + WITH]!;
  }
}
