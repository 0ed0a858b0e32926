// Samples on their way through the detectors: the stages take a batch one after the other, so that numbers stay in typed arrays
// (a call with a float as argument would allocate it) and a batch's records stay in the processor's first cache.
import { WORDS } from './record.ts';

/** Samples that go through the stages together: their records are about 20 kB. */
export const BATCH = 64;

/** The views of the sample in hand (surprise.ts, season.ts) and how rare each is, decades. */
export type Scratch = { readonly figures: Float64Array; readonly decades: Float64Array };
const VIEWS = 6;

export type Batch = Scratch & {
  /** How many are in it, and their time, epoch ms. */
  count: number;
  timeMs: number;
  /** Each one's series, and the first word of its record. */
  readonly index: Uint32Array;
  readonly at: Uint32Array;
  readonly value: Float64Array;
  /** On the scale where the series' noise is even (transform.ts), and the least scale there: of the band, and of the surprise. */
  readonly x: Float64Array;
  readonly floor: Float64Array;
  readonly quantum: Float64Array;
  /** What came of it: 0 nothing changed, 1 an anomaly began, 2 it ended. */
  readonly turn: Uint8Array;
};

export const createBatch = (): Batch => ({
  count: 0,
  timeMs: 0,
  index: new Uint32Array(BATCH),
  at: new Uint32Array(BATCH),
  value: new Float64Array(BATCH),
  x: new Float64Array(BATCH),
  floor: new Float64Array(BATCH),
  quantum: new Float64Array(BATCH),
  turn: new Uint8Array(BATCH),
  figures: new Float64Array(VIEWS),
  decades: new Float64Array(VIEWS),
});

/** Adds a sample to a batch that has room. */
export const put = (batch: Batch, index: number, value: number): void => {
  batch.index[batch.count] = index;
  batch.at[batch.count] = index * WORDS;
  batch.value[batch.count] = value;
  batch.turn[batch.count] = 0;
  batch.count++;
};
