// Frames on their way into one insert: a row a frame, its values as an array, in columns that lie in memory as ClickHouse's Native format wants them.
import { type Column, nativeBlock } from './native.ts';

export type BatchLimits = { readonly framesMax: number; readonly samplesMax: number; readonly ageMsMax: number };
/** A million samples are 8 MB in memory; half a second is what a reader of history waits at most. */
export const batchLimits: BatchLimits = { framesMax: 50_000, samplesMax: 1_000_000, ageMsMax: 500 };

/** Whose values a frame holds: 64-bit hashes of the probe's id and of its schema. */
export type Origin = { readonly probe: bigint; readonly schema: bigint };
/** What a batch keeps of a frame besides its values; those end at `end` in the batch's values. */
type Row = Origin & {
  readonly seq: number;
  readonly timeMs: number;
  readonly first: number;
  readonly end: number;
};

export const COLUMNS = 'day, stream, seq, probe, schema, first, ts, values';

export class Batch {
  /** Samples that are there; missing values (NaN) do not count. */
  samples = 0;
  /** Lowest and highest sequence number that made a row. */
  firstSeq = Number.POSITIVE_INFINITY;
  lastSeq = 0;
  private startedMs = 0;
  private readonly rows: Row[] = [];
  private values: Float64Array;
  private readonly stream: bigint;

  constructor(stream: bigint, capacity = 16_384) {
    this.stream = stream;
    this.values = new Float64Array(capacity);
  }

  get frames(): number {
    return this.rows.length;
  }

  /**
   * Adds a frame's values, the first of them belonging to column `first` of its schema. Answers how many were missing (NaN); a frame
   * that has nothing else makes no row. Frames may come out of order.
   */
  add(seq: number, { probe, schema }: Origin, timeMs: number, values: Float64Array, first = 0): number {
    let missing = 0;
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) missing++;
    if (missing === values.length) return missing;
    const at = this.rows.at(-1)?.end ?? 0;
    const end = at + values.length;
    if (end > this.values.length) this.grow(end);
    this.values.set(values, at);
    // Whatever a sender takes for a millisecond, the column holds whole ones.
    this.rows.push({ seq, probe, schema, timeMs: Math.floor(timeMs), first, end });
    this.samples += values.length - missing;
    this.firstSeq = Math.min(this.firstSeq, seq);
    this.lastSeq = Math.max(this.lastSeq, seq);
    return missing;
  }

  /** Says that a frame has come, so that the batch's age counts from its first one. */
  began(nowMs: number): void {
    if (this.startedMs === 0) this.startedMs = nowMs;
  }

  isFull(limits: BatchLimits = batchLimits): boolean {
    return this.samples >= limits.samplesMax || this.frames >= limits.framesMax;
  }

  isDue(nowMs: number, limits: BatchLimits = batchLimits): boolean {
    return this.frames > 0 && (this.isFull(limits) || nowMs - this.startedMs >= limits.ageMsMax);
  }

  /** The frames of later sequence numbers than `seq`, as a batch of their own. */
  after(seq: number): Batch {
    const rest = new Batch(this.stream, 1);
    rest.startedMs = this.startedMs;
    this.rows.forEach((row, i) => {
      if (row.seq <= seq) return;
      const from = this.rows[i - 1]?.end ?? 0;
      rest.add(row.seq, row, row.timeMs, this.values.subarray(from, row.end), row.first);
    });
    return rest;
  }

  /** The whole batch as one Native block, in pieces to be sent one after the other. @param day days since 1970 on which its first frame reached the stream */
  block(day: number): readonly Uint8Array[] {
    const { rows } = this;
    const wide = (of: (row: Row) => number | bigint): BigUint64Array =>
      BigUint64Array.from(rows, (row) => BigInt(of(row)));
    const columns: readonly Column[] = [
      ['day', 'Date', new Uint16Array(rows.length).fill(day)],
      ['stream', 'UInt64', wide(() => this.stream)],
      ['seq', 'UInt64', wide((row) => row.seq)],
      ['probe', 'UInt64', wide((row) => row.probe)],
      ['schema', 'UInt64', wide((row) => row.schema)],
      ['first', 'UInt16', Uint16Array.from(rows, (row) => row.first)],
      ['ts', 'DateTime64(3)', wide((row) => row.timeMs)],
      ['values', 'Array(Float64)', wide((row) => row.end), this.values.subarray(0, rows.at(-1)?.end ?? 0)],
    ];
    return nativeBlock(rows.length, columns);
  }

  private grow(least: number): void {
    const wider = new Float64Array(Math.max(least, this.values.length * 2));
    wider.set(this.values);
    this.values = wider;
  }
}
