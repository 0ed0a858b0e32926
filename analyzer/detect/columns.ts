// The bank's memory: one typed array a property, all of one length, doubled when full. 260 bytes a series.

/** Bytes a series costs: 9 doubles, 9 floats or 32-bit integers, 5 bytes of flags, and the ring. */
export const bankColumns = (capacity: number, ring: number) => ({
  location: new Float64Array(capacity),
  lastTime: new Float64Array(capacity),
  lastSeen: new Float64Array(capacity),
  onset: new Float64Array(capacity),
  detected: new Float64Array(capacity),
  mean: new Float64Array(capacity),
  variance: new Float64Array(capacity),
  deviation: new Float32Array(capacity),
  tail: new Float32Array(capacity),
  min: new Float32Array(capacity),
  max: new Float32Array(capacity),
  z: new Float32Array(capacity),
  effective: new Float32Array(capacity),
  sum: new Float32Array(capacity),
  stepMs: new Float32Array(capacity),
  n: new Uint32Array(capacity),
  seen: new Uint32Array(capacity),
  missing: new Uint32Array(capacity),
  age: new Uint32Array(capacity),
  run: new Uint16Array(capacity),
  head: new Uint8Array(capacity),
  anomalous: new Uint8Array(capacity),
  frozen: new Uint8Array(capacity),
  silent: new Uint8Array(capacity),
  ring: new Float32Array(capacity * ring),
});

export type BankColumns = ReturnType<typeof bankColumns>;

/** The same columns with twice the room. */
export const grown = (old: BankColumns, ring: number): BankColumns => {
  const next = bankColumns(old.location.length * 2, ring);
  for (const key of Object.keys(next) as (keyof BankColumns)[]) next[key].set(old[key]);
  return next;
};

/** Bytes that one series takes. */
export const bytesPerSeries = (ring: number): number => {
  const one = bankColumns(1, ring);
  return Object.values(one).reduce((sum, column) => sum + column.byteLength, 0);
};
