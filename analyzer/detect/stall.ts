// Stalled counters: one that always moved has stopped while its service still has traffic. A consumer that hangs, a job that no longer runs, an exporter that repeats itself.
// How long it rests is rated by its own waiting times: exponential (Poisson), and beyond the longest rest it ever had, since real ones come in bunches.
import { Places, roomFor } from './blocks.ts';

/** Moves that a counter must have shown, and ticks over which rests and traffic forget. */
const MOVES_LEAST = 60;
const MEMORY = 600;
/** A rest is a stall from so many times the longest one on; the longest fades by a part at each move. */
const BEYOND_LONGEST = 3;
const FADES = 1 / 4_000;
/** Share of its usual traffic that the service must still have. */
const TRAFFIC_LEAST = 0.5;
/** Ticks over which traffic is now. */
const NOW = 10;
/** Ticks after which rest is what is normal. */
const ACCEPT = 1_800;
// Words of a counter: mean and longest rest, rest now (ticks), moves, usual step at a move, traffic now and usually, whether it is told.
const MEAN = 0;
const LONGEST = 1;
const REST = 2;
const MOVES = 3;
const STEP = 4;
const TRAFFIC_NOW = 5;
const TRAFFIC = 6;
const TOLD = 7;
const BLOCK = 8;

/** Bytes of a counter that is followed. */
export const stallBytes = BLOCK * 4;
/** Counters that are followed, 8 MB of them; what is more is refused and counted. */
export const stallSeriesMax = 262_144;

export type Stall = {
  /** Ticks that it has not moved; what it moves by a tick usually. */
  readonly rest: number;
  readonly expected: number;
  /** Probability that such a rest is no chance, 0..1. */
  readonly probability: number;
};

export class Stalls {
  private blocks = new Float32Array(0);
  private readonly places = new Places(stallSeriesMax);
  private readonly nats: number;

  /** @param decades how seldom a rest must be by chance, −log10 p */
  constructor(decades: number) {
    this.nats = decades * Math.LN10;
  }

  /** Counters that were refused because the limit was reached. */
  get refused(): number {
    return this.places.refused;
  }

  /** A place for a counter; undefined where there is no room. */
  open(): number | undefined {
    const place = this.places.open();
    if (place !== undefined) this.blocks = roomFor(this.blocks, place, BLOCK);
    return place;
  }

  /** Gives a place back. */
  close(place: number): void {
    this.forget(place * BLOCK);
    this.places.close(place);
  }

  /** Takes what a counter moved by in a tick, and the calls its service took in it. Whether it began or ceased to be stalled. */
  put(place: number, moved: number, traffic: number): boolean {
    const b = this.blocks;
    const at = place * BLOCK;
    b[at + TRAFFIC_NOW]! += (traffic - b[at + TRAFFIC_NOW]!) / NOW;
    if (moved !== 0) return this.moves(at, moved, traffic);
    const rest = b[at + REST]! + 1;
    b[at + REST] = rest;
    if (b[at + TOLD] === 1) {
      if (rest < ACCEPT) return false;
      this.forget(at);
      return true;
    }
    const isRare = rest > BEYOND_LONGEST * b[at + LONGEST]! && rest > b[at + MEAN]! * this.nats;
    const hasTraffic = b[at + TRAFFIC]! > 0 && b[at + TRAFFIC_NOW]! >= TRAFFIC_LEAST * b[at + TRAFFIC]!;
    if (b[at + MOVES]! < MOVES_LEAST || !isRare || !hasTraffic) return false;
    b[at + TOLD] = 1;
    return true;
  }

  read(place: number): Stall | undefined {
    const b = this.blocks;
    const at = place * BLOCK;
    if (b[at + TOLD] !== 1) return undefined;
    const rest = b[at + REST]!;
    const mean = b[at + MEAN]!;
    // Rests in bunches fall like a power, as the figures of probability.ts: beyond the longest seen by the fourth power.
    const chance = (b[at + LONGEST]! / rest) ** 4 / b[at + MOVES]! + Math.exp(-rest / mean);
    return { rest, expected: b[at + STEP]! / mean, probability: 1 - Math.min(1, chance) };
  }

  private moves(at: number, moved: number, traffic: number): boolean {
    const b = this.blocks;
    const wasTold = b[at + TOLD] === 1;
    const rest = b[at + REST]! + 1;
    b[at + REST] = 0;
    b[at + TOLD] = 0;
    // What a counter did while it was stalled is none of its past.
    if (wasTold) return true;
    const n = Math.min(MEMORY, b[at + MOVES]! + 1);
    b[at + MOVES] = n;
    b[at + MEAN]! += (rest - b[at + MEAN]!) / n;
    b[at + STEP]! += (moved - b[at + STEP]!) / n;
    b[at + TRAFFIC]! += (traffic - b[at + TRAFFIC]!) / n;
    b[at + LONGEST] = Math.max(rest, b[at + LONGEST]! * (1 - FADES));
    return false;
  }

  /** It has rested for so long that it is no counter that always moves: it begins anew. */
  private forget(at: number): undefined {
    this.blocks.fill(0, at, at + BLOCK);
  }
}
