// Drift toward a bound: a disk that fills, a heap whose floor rises to its limit, room that is used up. Not how odd a level is, but when it will be too much.
// Slope by Theil's incomplete method (Indagationes Mathematicae 12, 1950): the median over pairs half a window apart, which a quarter of bad points cannot move.
import { Places, roomFor } from './blocks.ts';

/** Slots of a window, each the extreme that lies away from the bound: what a garbage collection or a rotated log gives back is no trend, what stays is. */
const SLOTS = 40;
const HALF = SLOTS / 2;
/** Three windows: 20 minutes, 2 hours, 4 days, whose halves are whole days, so that the hours of the day are no trend. What fills up in an hour is told by the first, what takes days by the last. */
const SLOT_MS = [30_000, 180_000, 8_640_000] as const;
/** A window is believed for so many times its own length ahead. */
const AHEAD = 3;
/** Share of the pairs that must go toward the bound, and the share of the pace that the later half must still have. */
const SAME_WAY = 0.9;
const STILL = 0.5;
/** Slots in a row that must say so, and slots in a row that call it off. */
const RAISE = 2;
const CALM = 3;
// Places in a window, after its slots: number of the slot that is being filled, how many are done, whether told, votes in a row for a change, and what was found.
const NUMBER = SLOTS;
const DONE = SLOTS + 1;
const TOLD = SLOTS + 2;
const VOTES = SLOTS + 3;
const SEEN = SLOTS + 4;
const FROM = SLOTS + 5;
const SPREAD = SLOTS + 6;
const BOUND_MS = SLOTS + 7;
const SURE = SLOTS + 8;
const WINDOW = SLOTS + 9;
/** A block: direction and bound, then the windows. */
const WAY = 0;
const BOUND = 1;
const WINDOWS = 2;
const BLOCK = WINDOWS + WINDOW * SLOT_MS.length;

/** Bytes of a series with a bound; the others have none. */
export const driftBytes = BLOCK * 8;
/** Series with a bound that are followed, 78 MB of them; what is more is refused and counted. */
export const driftSeriesMax = 65_536;

export type Drift = {
  /** Level now and at the window's start, in the metric's unit, and how far the pairs scatter around the trend (median absolute deviation). */
  readonly seen: number;
  readonly from: number;
  readonly spread: number;
  readonly fromMs: number;
  readonly bound: number;
  /** When the bound is reached if it goes on like this, epoch ms. */
  readonly boundMs: number;
  /** Share of the pairs that go toward the bound, by the rule of succession (Laplace): 0..1. */
  readonly probability: number;
};

const medianOf = (sorted: Float64Array): number => {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export class Drifts {
  private blocks = new Float64Array(0);
  private readonly places = new Places(driftSeriesMax);
  private readonly pairs = new Float64Array(HALF);
  private readonly late = new Float64Array(HALF / 2);

  /** Series that were refused because the limit was reached. */
  get refused(): number {
    return this.places.refused;
  }

  /** A place for a series whose bound lies above (1) or below (−1); undefined where there is no room. */
  open(way: 1 | -1): number | undefined {
    const place = this.places.open();
    if (place === undefined) return undefined;
    this.blocks = roomFor(this.blocks, place, BLOCK);
    this.blocks[place * BLOCK + WAY] = way;
    return place;
  }

  /** Gives a place back. */
  close(place: number): void {
    this.blocks.fill(0, place * BLOCK, (place + 1) * BLOCK);
    this.places.close(place);
  }

  /** Takes a sample, in order, with the bound as it is now; missing values are left out by the caller. Whether what `read` says may have changed. */
  put(place: number, timeMs: number, value: number, bound: number): boolean {
    const b = this.blocks;
    const block = place * BLOCK;
    // A bound that moves is none: what fills is given more room (or another meaning) before it is full.
    const isMoved = Math.abs(b[block + BOUND]! - bound) > 1e-6 * Math.abs(bound);
    b[block + BOUND] = bound;
    let hasChanged = false;
    for (let w = 0; w < SLOT_MS.length; w++) {
      const at = block + WINDOWS + w * WINDOW;
      const slot = Math.floor(timeMs / SLOT_MS[w]!);
      const before = b[at + NUMBER]!;
      const here = at + (slot % SLOTS);
      if (isMoved) b[at + DONE] = 0;
      if (slot === before) {
        if ((b[here]! - value) * b[block + WAY]! > 0) b[here] = value;
        continue;
      }
      // A slot without a sample breaks the window: nobody draws a line through a gap.
      b[at + DONE] = slot === before + 1 && !isMoved ? Math.min(SLOTS, b[at + DONE]! + 1) : 0;
      b[at + NUMBER] = slot;
      if (b[at + DONE] === SLOTS) hasChanged = this.vote(block, at, w) || hasChanged;
      b[here] = value;
    }
    return hasChanged;
  }

  /** The drift that reaches its bound first, of those that are told now. */
  read(place: number): Drift | undefined {
    const b = this.blocks;
    const block = place * BLOCK;
    let soonest: Drift | undefined;
    for (let w = 0; w < SLOT_MS.length; w++) {
      const at = block + WINDOWS + w * WINDOW;
      if (b[at + TOLD] !== 1 || (soonest !== undefined && soonest.boundMs <= b[at + BOUND_MS]!)) continue;
      soonest = {
        seen: b[at + SEEN]!,
        from: b[at + FROM]!,
        spread: b[at + SPREAD]!,
        fromMs: (b[at + NUMBER]! - SLOTS) * SLOT_MS[w]!,
        bound: b[block + BOUND]!,
        boundMs: b[at + BOUND_MS]!,
        probability: b[at + SURE]!,
      };
    }
    return soonest;
  }

  /** A window has all its slots and another one begins: does it still, or no longer, lead to the bound? Whether that changed. */
  private vote(block: number, at: number, w: number): boolean {
    const b = this.blocks;
    const isTold = b[at + TOLD] === 1;
    const leads = this.leads(block, at, w);
    b[at + VOTES] = leads === isTold ? 0 : b[at + VOTES]! + 1;
    if (b[at + VOTES]! < (isTold ? CALM : RAISE)) return false;
    b[at + TOLD] = isTold ? 0 : 1;
    b[at + VOTES] = 0;
    return true;
  }

  /** Whether the window's trend leads to the bound within the look ahead; leaves what it found in the block. */
  private leads(block: number, at: number, w: number): boolean {
    const b = this.blocks;
    const way = b[block + WAY]!;
    const { pairs, late } = this;
    /** The k-th slot, oldest first: the one that is about to be written is the oldest. */
    const slot = (k: number): number => b[at + ((b[at + NUMBER]! + k) % SLOTS)]!;
    let toward = 0;
    for (let k = 0; k < HALF; k++) {
      pairs[k] = (slot(k + HALF) - slot(k)) * way;
      if (pairs[k]! > 0) toward++;
    }
    if (toward < SAME_WAY * HALF) return false;
    for (let k = 0; k < HALF / 2; k++) late[k] = (slot(k + HALF + HALF / 2) - slot(k + HALF)) * way;
    const pace = medianOf(pairs.sort()) / HALF;
    const latePace = medianOf(late.sort()) / (HALF / 2);
    // What rose and has come to rest, as a heap does that warms up, leads nowhere.
    if (latePace < STILL * pace) return false;
    const seen = slot(SLOTS - 1);
    const slots = ((b[block + BOUND]! - seen) * way) / pace;
    if (!(slots >= 0 && slots <= AHEAD * SLOTS)) return false;
    for (let k = 0; k < HALF; k++) pairs[k] = Math.abs(pairs[k]! / HALF - pace);
    b[at + SPREAD] = medianOf(pairs.sort()) * HALF;
    b[at + SEEN] = seen;
    b[at + FROM] = slot(0);
    b[at + BOUND_MS] = (b[at + NUMBER]! + slots) * SLOT_MS[w]!;
    b[at + SURE] = (toward + 1) / (HALF + 2);
    return true;
  }
}
