// The bank's memory: one record of 43 words a series in one buffer, so that a sample touches a few neighbouring cache lines,
// and the last samples in blocks of `BESIDE` series: those that are pushed together write into the same line, and one's samples lie close together.
// Floats are enough for estimates; times are whole seconds, the finest tick of any probe.

/** Samples that a series' ring holds, and series whose samples of one slot lie in one cache line. */
export const RING = 32;
export const BESIDE = 16;
/** Tail estimates of a series, two floats each: threshold and mean excess (tail.ts). */
export const TAILS = 8;

// Places in a record, in words of four bytes. The band: what the last minutes were like.
export const LOCATION = 0;
export const DEVIATION = 1;
export const TAIL = 2;
export const Z = 3;
export const SUM = 4;
export const STEP_MS = 5;
export const MEAN = 6;
export const VARIANCE = 7;
export const MIN = 8;
export const MAX = 9;
export const MISSING = 10;
// The surprise: how rare the present is in all of the series' past.
export const SLOW = 11;
export const SLOW_DEVIATION = 12;
export const MIDDLE = 13;
export const PREVIOUS = 14;
export const ROUGH_FAST = 15;
export const ROUGH_SLOW = 16;
export const HELD = 17;
export const SURPRISE = 18;
export const THRESHOLDS = 19;
// Whole numbers: samples so far, second of the last one that was there or not, second of the onset.
export const N = THRESHOLDS + TAILS * 2;
export const LAST_S = N + 1;
export const ONSET_S = N + 2;
/** Word that holds the bytes STATE, TRAITS, HEAD and FILLED; the next ones hold QUIET and RUN, then half words. */
const BYTES = N + 3;
/** Words of the counts of excesses, a byte a tail. */
const HITS_AT = BYTES + 3;
export const WORDS = HITS_AT + TAILS / 4;

// Places in bytes from the record's first byte.
export const STATE = BYTES * 4;
/** What the hot path must know of the metadata: bits of traits.ts. */
export const TRAITS = STATE + 1;
export const HEAD = STATE + 2;
export const FILLED = STATE + 3;
/** Steps since the last sample that was there. */
export const QUIET = STATE + 4;
export const RUN = STATE + 5;
export const HITS = HITS_AT * 4;
// Places in half words. Block of the seasonal profile plus one, 0 for none.
export const SEASON = BYTES * 2 + 3;
/** Steps from the onset to the decision. */
export const LAG = BYTES * 2 + 4;
export const AGE = BYTES * 2 + 5;

// Bits of STATE.
export const ANOMALOUS = 1;
export const FROZEN = 2;
export const SILENT = 4;
/** Has had values that are not whole. */
export const BROKEN = 8;
export const REMOVED = 16;
/** The last sample that the band learned lay beyond its tail. */
export const BEYOND = 32;
/** Rated like any other, and nothing of it becomes what is usual. */
export const RESTING = 64;

// What a push answers.
export const NOTHING = 0;
export const BEGAN = 1;
export const ENDED = 2;
/** A silent series came back, and nothing else changed. */
export const RETURNED = 3;

/** The same bytes in four sizes, and the last samples: slot `s` of series `i` at `slotOf(i, s)`; the capacity is a multiple of `BESIDE`. */
export type Records = {
  readonly f: Float32Array;
  readonly u: Uint32Array;
  readonly h: Uint16Array;
  readonly b: Uint8Array;
  readonly ring: Float32Array;
  readonly capacity: number;
};

export const records = (capacity: number): Records => {
  const buffer = new ArrayBuffer(capacity * WORDS * 4);
  return {
    f: new Float32Array(buffer),
    u: new Uint32Array(buffer),
    h: new Uint16Array(buffer),
    b: new Uint8Array(buffer),
    ring: new Float32Array(capacity * RING).fill(Number.NaN),
    capacity,
  };
};

/** Where a ring's slot is. */
export const slotOf = (index: number, slot: number): number =>
  (index - (index % BESIDE)) * RING + slot * BESIDE + (index % BESIDE);

/** The same records with twice the room. */
export const grown = (old: Records): Records => {
  const next = records(old.capacity * 2);
  next.u.set(old.u);
  next.ring.set(old.ring);
  return next;
};

/** Bytes that one series takes, its seasonal profile (if it has one) aside. */
export const bytesPerSeries = (): number => (WORDS + RING) * 4;

const TINY = 1e-20;
/** Zero where a figure that decays for ever has become too small for a float's fast forms; else the figure itself, unrounded. */
export const lasting = (x: number): number => x + TINY - TINY;
