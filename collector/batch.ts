// Samples on their way into one insert: columns of 32-bit halves that lie in memory as ClickHouse's Native format wants them.

export type BatchLimits = { readonly rowsMax: number; readonly ageMsMax: number };
/** 200,000 rows are 9.6 MB in memory; a second is what a reader of history waits at most. */
export const batchLimits: BatchLimits = { rowsMax: 200_000, ageMsMax: 500 };

/** A 64-bit number as two 32-bit halves. */
export type Halves = { readonly low: number; readonly high: number };
const TWO_32 = 4_294_967_296;
export const halves = (value: number): Halves => ({ low: (value % TWO_32) >>> 0, high: Math.floor(value / TWO_32) });
export const halvesOfHex = (hex16: string): Halves => ({
  low: Number.parseInt(hex16.slice(8), 16),
  high: Number.parseInt(hex16.slice(0, 8), 16),
});

/** What the rows of a schema's columns have in common. */
export type SeriesIds = { readonly low: Uint32Array; readonly high: Uint32Array };

export const COLUMNS = 'day, stream, seq, probe, series, ts, value';

export class Batch {
  rows = 0;
  /** Lowest and highest sequence number that made a row. */
  firstSeq = Number.POSITIVE_INFINITY;
  lastSeq = 0;
  private startedMs = 0;
  private capacity: number;
  private seq: Uint32Array;
  private probe: Uint32Array;
  private series: Uint32Array;
  private ts: Uint32Array;
  private value: Float64Array;
  private readonly stream: Halves;

  constructor(stream: Halves, capacity = 16_384) {
    this.stream = stream;
    this.capacity = capacity;
    this.seq = new Uint32Array(capacity * 2);
    this.probe = new Uint32Array(capacity * 2);
    this.series = new Uint32Array(capacity * 2);
    this.ts = new Uint32Array(capacity * 2);
    this.value = new Float64Array(capacity);
  }

  /**
   * Adds a frame's values, the first of them belonging to column `first`; missing ones (NaN) make no row. Answers how many were missing.
   * Frames may come out of order.
   */
  add(seq: number, probe: Halves, ids: SeriesIds, timeMs: number, values: Float64Array, first = 0): number {
    const count = Math.max(0, Math.min(values.length, ids.low.length - first));
    while (this.rows + count > this.capacity) this.grow();
    const [s, t] = [halves(seq), halves(timeMs)];
    let at = this.rows;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      const two = at * 2;
      this.seq[two] = s.low;
      this.seq[two + 1] = s.high;
      this.probe[two] = probe.low;
      this.probe[two + 1] = probe.high;
      this.series[two] = ids.low[first + i]!;
      this.series[two + 1] = ids.high[first + i]!;
      this.ts[two] = t.low;
      this.ts[two + 1] = t.high;
      this.value[at] = value;
      at++;
    }
    const missing = count - (at - this.rows);
    if (at > this.rows) this.reaches(seq);
    this.rows = at;
    return missing;
  }

  /** Says that a frame has come, so that the batch's age counts from its first one. */
  began(nowMs: number): void {
    if (this.startedMs === 0) this.startedMs = nowMs;
  }

  isFull(limits: BatchLimits = batchLimits): boolean {
    return this.rows >= limits.rowsMax;
  }

  isDue(nowMs: number, limits: BatchLimits = batchLimits): boolean {
    return this.rows > 0 && (this.isFull(limits) || nowMs - this.startedMs >= limits.ageMsMax);
  }

  /** The rows of later sequence numbers than `seq`, as a batch of their own. */
  after(seq: number): Batch {
    const rest = new Batch(this.stream, Math.max(1, this.rows));
    rest.startedMs = this.startedMs;
    for (let row = 0; row < this.rows; row++) {
      const of = this.seq[2 * row]! + this.seq[2 * row + 1]! * TWO_32;
      if (of <= seq) continue;
      for (const half of [0, 1]) {
        rest.seq[2 * rest.rows + half] = this.seq[2 * row + half]!;
        rest.probe[2 * rest.rows + half] = this.probe[2 * row + half]!;
        rest.series[2 * rest.rows + half] = this.series[2 * row + half]!;
        rest.ts[2 * rest.rows + half] = this.ts[2 * row + half]!;
      }
      rest.value[rest.rows++] = this.value[row]!;
      rest.reaches(of);
    }
    return rest;
  }

  /** The whole batch as one Native block. @param day days since 1970 on which its first frame reached the stream */
  block(day: number): Uint8Array {
    const { rows } = this;
    const parts: Uint8Array[] = [varints(7, rows)];
    const bytes = (array: Uint32Array | Float64Array, items: number): Uint8Array =>
      new Uint8Array(array.buffer, 0, items * array.BYTES_PER_ELEMENT);
    const column = (name: string, type: string, data: Uint8Array): void =>
      void parts.push(text(name), text(type), data);
    column('day', 'Date', new Uint8Array(new Uint16Array(rows).fill(day).buffer));
    const stream = new Uint32Array(rows * 2);
    for (let i = 0; i < rows; i++) {
      stream[2 * i] = this.stream.low;
      stream[2 * i + 1] = this.stream.high;
    }
    column('stream', 'UInt64', new Uint8Array(stream.buffer));
    column('seq', 'UInt64', bytes(this.seq, rows * 2));
    column('probe', 'UInt64', bytes(this.probe, rows * 2));
    column('series', 'UInt64', bytes(this.series, rows * 2));
    column('ts', 'DateTime64(3)', bytes(this.ts, rows * 2));
    column('value', 'Float64', bytes(this.value, rows));
    return Buffer.concat(parts);
  }

  private reaches(seq: number): void {
    this.firstSeq = Math.min(this.firstSeq, seq);
    this.lastSeq = Math.max(this.lastSeq, seq);
  }

  private grow(): void {
    this.capacity *= 2;
    const wider = (old: Uint32Array): Uint32Array => {
      const next = new Uint32Array(this.capacity * 2);
      next.set(old);
      return next;
    };
    this.seq = wider(this.seq);
    this.probe = wider(this.probe);
    this.series = wider(this.series);
    this.ts = wider(this.ts);
    const values = new Float64Array(this.capacity);
    values.set(this.value);
    this.value = values;
  }
}

const varints = (...numbers: readonly number[]): Uint8Array => {
  const out: number[] = [];
  for (let n of numbers) {
    while (n >= 0x80) {
      out.push((n & 0x7f) | 0x80);
      n = Math.floor(n / 128);
    }
    out.push(n);
  }
  return Uint8Array.from(out);
};
const text = (value: string): Uint8Array => {
  const bytes = new TextEncoder().encode(value);
  return Buffer.concat([varints(bytes.length), bytes]);
};
