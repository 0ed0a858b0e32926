// Frames on their way into one insert: a row a frame, its values as an array, in columns that lie in memory as ClickHouse's Native format wants them.
import { type Column, nativeBlock } from './native.ts';

export type BatchLimits = { readonly framesMax: number; readonly samplesMax: number; readonly ageMsMax: number };
/** A million samples are 8 MB in memory; a second is what a reader of history waits at most. */
export const batchLimits: BatchLimits = { framesMax: 50_000, samplesMax: 1_000_000, ageMsMax: 1_000 };

/** Whose values a frame holds: 64-bit hashes of the probe's id and of its schema. */
export type Origin = { readonly probe: bigint; readonly schema: bigint };
/** What a batch keeps of a frame besides its values; those end at `end` in the batch's values. */
type Row = Origin & {
  readonly seq: number;
  readonly timeMs: number;
  readonly first: number;
  readonly end: number;
};

const CAPACITY = 16_384;
const bytesOf = (values: Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

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
  private bytes: Uint8Array;
  private readonly stream: bigint;

  /** @param values memory to begin with: that of a batch which is stored, so that a million doubles are not cleared for each */
  constructor(stream: bigint, values: Float64Array = new Float64Array(CAPACITY)) {
    this.stream = stream;
    this.values = values;
    this.bytes = bytesOf(values);
  }

  /** The batch's memory, for the next one: this one is done with. */
  get memory(): Float64Array {
    return this.values;
  }

  get frames(): number {
    return this.rows.length;
  }
  private get end(): number {
    return this.rows.at(-1)?.end ?? 0;
  }

  /**
   * Adds a frame's values (doubles, or their bytes as they came), the first of them belonging to column `first` of its schema. Answers
   * how many were missing (NaN); a frame that has nothing else makes no row. Frames may come out of order.
   */
  add(seq: number, { probe, schema }: Origin, timeMs: number, values: Float64Array | Uint8Array, first = 0): number {
    const count = values.byteLength / 8;
    const at = this.end;
    const end = at + count;
    if (end > this.values.length) this.grow(end);
    this.bytes.set(values instanceof Float64Array ? bytesOf(values) : values, at * 8);
    let missing = 0;
    for (let i = at; i < end; i++) if (Number.isNaN(this.values[i]!)) missing++;
    if (missing === count) return missing;
    // Whatever a sender takes for a millisecond, the column holds whole ones.
    this.rows.push({ seq, probe, schema, timeMs: Math.floor(timeMs), first, end });
    this.samples += count - missing;
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
    const rest = new Batch(this.stream);
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
      ['values', 'Array(Float64)', wide((row) => row.end), this.values.subarray(0, this.end)],
    ];
    return nativeBlock(rows.length, columns);
  }

  private grow(least: number): void {
    const wider = new Float64Array(Math.max(least, this.values.length * 2));
    wider.set(this.values);
    this.values = wider;
    this.bytes = bytesOf(wider);
  }
}
