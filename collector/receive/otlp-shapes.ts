// A metric comes again and again with other numbers in it. The bytes it had are kept, and where its numbers stand among them: then it
// is compared, all but those, and read no more. Only metrics of plain numbers (gauges, sums) whose series are all known have a shape.
import { doubled } from './bytes-index.ts';
import type { Reader } from './protobuf.ts';
import type { Source } from './source.ts';
import { isSame } from './words.ts';

const CHUNK_BYTES = 1_048_576;
/** Bytes of shapes of one source; what finds no room is read as ever. */
const BYTES_MAX = 128 * CHUNK_BYTES;
/** Bytes of shapes that were replaced: beyond, and where they are half of all, everything is kept anew. */
const DEAD_BYTES_MAX = 8 * CHUNK_BYTES;
/** Integers kept of a point: where its start, its time and its value stand, -1 where there is no start; its series. */
const FIELDS = 4;
const HOLE_BYTES = 8;

/** A shape goes by the series of its first point: metrics of one name may come apart. What has no shape stands between two that follow each other. */
export class Shapes {
  /** Which resource and scope the metric is of; only there the same bytes are the same series. */
  private owner = new Int32Array(1_024).fill(-1);
  private chunk = new Int32Array(1_024);
  private offset = new Int32Array(1_024);
  /** 0 where there is no shape. */
  private length = new Int32Array(1_024);
  private pointsAt = new Int32Array(1_024);
  private pointsOf = new Int32Array(1_024);
  /** The shape that followed this one last time. */
  private after = new Int32Array(1_024).fill(-1);
  private last = -1;
  private points = new Int32Array(1_024);
  private pointsEnd = 0;
  private chunks: DataView<ArrayBuffer>[] = [];
  private used = CHUNK_BYTES;
  private held = 0;
  private dead = 0;
  /** The metric that is read now: its points so far, -1 where it cannot have a shape. */
  private found = 0;
  private next = new Int32Array(64 * FIELDS);

  /** Takes the metric the reader is inside, if it is the one that followed last time and only its numbers differ; else answers false. */
  play(reader: Reader, owner: number, source: Source): boolean {
    this.found = 0;
    const guess = this.last < 0 ? -1 : this.after[this.last]!;
    if (guess < 0 || this.owner[guess] !== owner || !this.isLike(guess, reader.view, reader.at, reader.end))
      return false;
    const { points } = this;
    const from = reader.at;
    let at = this.pointsAt[guess]!;
    for (const end = at + this.pointsOf[guess]! * FIELDS; at < end; at += FIELDS) {
      reader.at = from + points[at + 1]!;
      const timeMs = reader.nanosAsMs();
      const value = points[at + 2]!;
      reader.at = from + (value >> 1);
      source.sample(points[at + 3]!, timeMs, (value & 1) === 0 ? reader.double() : reader.sfixed64());
    }
    this.last = guess;
    return true;
  }

  /** Notes a point of the metric that is read now: places in the request's bytes. */
  point(startAt: number, timeAt: number, valueAt: number, isInteger: boolean, series: number): void {
    const { found } = this;
    if (found < 0) return;
    if (timeAt < 0 || valueAt < timeAt || startAt > timeAt || series < 0) {
      this.spoil();
      return;
    }
    if ((found + 1) * FIELDS > this.next.length) this.next = doubled(this.next);
    const at = found * FIELDS;
    this.next[at] = startAt;
    this.next[at + 1] = timeAt;
    this.next[at + 2] = valueAt * 2 + (isInteger ? 1 : 0);
    this.next[at + 3] = series;
    this.found++;
  }

  /** The metric that is read now has no shape. */
  spoil(): void {
    this.found = -1;
  }

  /** Keeps the metric that was read, which stands in [from, to) of the request. */
  keep(owner: number, { bytes, view }: Reader, from: number, to: number): void {
    if (this.found <= 0) return;
    const shape = this.next[3]!;
    while (shape >= this.after.length) this.widen();
    if (this.last >= 0) this.after[this.last] = shape;
    this.last = shape;
    if (this.owner[shape] === owner && this.isLike(shape, view, from, to)) return;
    const size = to - from;
    const fields = this.found * FIELDS;
    if (this.length[shape] !== 0) this.dead += this.length[shape]! + this.pointsOf[shape]! * FIELDS * 4;
    this.length[shape] = 0;
    if (this.dead > DEAD_BYTES_MAX && this.dead * 2 > this.held) this.clear();
    if (this.held + size + fields * 4 > BYTES_MAX || size > CHUNK_BYTES) return;
    this.held += size + fields * 4;
    if (this.used + size > CHUNK_BYTES) {
      this.chunks.push(new DataView(new ArrayBuffer(CHUNK_BYTES)));
      this.used = 0;
    }
    new Uint8Array(this.chunks.at(-1)!.buffer).set(bytes.subarray(from, to), this.used);
    this.owner[shape] = owner;
    this.chunk[shape] = this.chunks.length - 1;
    this.offset[shape] = this.used;
    this.length[shape] = size;
    this.used += size;
    while (this.pointsEnd + fields > this.points.length) this.points = doubled(this.points);
    this.pointsAt[shape] = this.pointsEnd;
    this.pointsOf[shape] = this.found;
    for (let i = 0; i < fields; i += FIELDS) {
      const start = this.next[i]!;
      this.points[this.pointsEnd++] = start < 0 ? -1 : start - from;
      this.points[this.pointsEnd++] = this.next[i + 1]! - from;
      this.points[this.pointsEnd++] = this.next[i + 2]! - 2 * from;
      this.points[this.pointsEnd++] = this.next[i + 3]!;
    }
  }

  /** Drops every shape; each comes back with its metric's next request. */
  private clear(): void {
    this.length.fill(0);
    this.chunks = [];
    [this.used, this.held, this.dead, this.pointsEnd] = [CHUNK_BYTES, 0, 0, 0];
  }

  /** Whether the bytes are those of a metric but for its numbers. */
  private isLike(shape: number, view: DataView, from: number, to: number): boolean {
    const length = this.length[shape]!;
    if (length === 0 || length !== to - from) return false;
    const { points } = this;
    const kept = this.chunks[this.chunk[shape]!]!;
    const own = this.offset[shape]!;
    let done = 0;
    let at = this.pointsAt[shape]!;
    for (const end = at + this.pointsOf[shape]! * FIELDS; at < end; at += FIELDS) {
      const start = points[at]!;
      const time = points[at + 1]!;
      const value = points[at + 2]! >> 1;
      if (start >= 0) {
        if (!isSame(kept, own + done, view, from + done, start - done)) return false;
        done = start + HOLE_BYTES;
      }
      if (!isSame(kept, own + done, view, from + done, time - done)) return false;
      done = time + HOLE_BYTES;
      if (!isSame(kept, own + done, view, from + done, value - done)) return false;
      done = value + HOLE_BYTES;
    }
    return isSame(kept, own + done, view, from + done, length - done);
  }

  private widen(): void {
    const { length } = this.after;
    this.owner = doubled(this.owner).fill(-1, length);
    this.chunk = doubled(this.chunk);
    this.offset = doubled(this.offset);
    this.length = doubled(this.length);
    this.pointsAt = doubled(this.pointsAt);
    this.pointsOf = doubled(this.pointsOf);
    this.after = doubled(this.after).fill(-1, length);
  }
}
