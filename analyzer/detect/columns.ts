// The bank's memory: one typed array a property, all of one length, doubled when full. Floats are enough for estimates.
// Times are whole seconds, the finest tick of any probe.

/** Samples that a series' ring holds. */
export const RING = 32;
/** Tail estimates of a series, two floats each: threshold and mean excess (tail.ts). */
export const TAILS = 8;

export const bankColumns = (capacity: number) => ({
  lastS: new Uint32Array(capacity),
  onsetS: new Uint32Array(capacity),
  /** Steps from the onset to the decision, and steps since the last sample that was there. */
  lag: new Uint16Array(capacity),
  quiet: new Uint8Array(capacity),
  // The band: what the last minutes were like.
  location: new Float32Array(capacity),
  deviation: new Float32Array(capacity),
  tail: new Float32Array(capacity),
  mean: new Float32Array(capacity),
  variance: new Float32Array(capacity),
  min: new Float32Array(capacity),
  max: new Float32Array(capacity),
  z: new Float32Array(capacity),
  sum: new Float32Array(capacity),
  missing: new Float32Array(capacity),
  stepMs: new Float32Array(capacity),
  // The surprise: how rare the present is in all of the series' past.
  slow: new Float32Array(capacity),
  slowDeviation: new Float32Array(capacity),
  middle: new Float32Array(capacity),
  previous: new Float32Array(capacity),
  roughFast: new Float32Array(capacity),
  roughSlow: new Float32Array(capacity),
  held: new Float32Array(capacity),
  surprise: new Float32Array(capacity),
  tails: new Float32Array(capacity * TAILS * 2),
  hits: new Uint8Array(capacity * TAILS),
  /** Block of the seasonal profile plus one, 0 for none. */
  season: new Uint16Array(capacity),
  n: new Uint32Array(capacity),
  age: new Uint16Array(capacity),
  run: new Uint8Array(capacity),
  head: new Uint8Array(capacity),
  filled: new Uint8Array(capacity),
  /** Bits: 1 anomalous, 2 frozen, 4 silent, 8 has had values that are not whole. */
  state: new Uint8Array(capacity),
  /** What the hot path must know of the metadata: bits of traits.ts. */
  traits: new Uint8Array(capacity),
  ring: new Float32Array(capacity * RING),
});

export type BankColumns = ReturnType<typeof bankColumns>;

/** The same columns with twice the room. */
export const grown = (old: BankColumns): BankColumns => {
  const next = bankColumns(old.location.length * 2);
  for (const key of Object.keys(next) as (keyof BankColumns)[]) next[key].set(old[key]);
  return next;
};

/** Bytes that one series takes, its seasonal profile (if it has one) aside. */
export const bytesPerSeries = (): number =>
  Object.values(bankColumns(1)).reduce((sum, column) => sum + column.byteLength, 0);
