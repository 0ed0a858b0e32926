// Byte strings → small numbers, by hash and then by every byte: how label sets are recognised without being parsed.
import { isSame } from './words.ts';

const CHUNK_BYTES = 1_048_576;
const LOAD_MAX = 0.6;

/** Slots are given from 0 upwards and reused after `remove`. */
export class BytesIndex {
  size = 0;
  /** Slot + 1; 0 is empty. */
  private table = new Int32Array(1_024);
  private mask = 1_023;
  private hash = new Int32Array(1_024);
  /** A second, independent hash, so that bytes are compared only where they are almost surely equal. */
  private check = new Int32Array(1_024);
  private chunk = new Int32Array(1_024);
  private offset = new Int32Array(1_024);
  private length = new Int32Array(1_024);
  /** The slot that followed this one last time: senders keep their order, so it is tried before any hash. */
  private after = new Int32Array(1_024).fill(-1);
  private last = -1;
  private slots = 0;
  private readonly free: number[] = [];
  private chunks: Uint8Array[] = [];
  private views: DataView[] = [];
  private used = CHUNK_BYTES;
  private readonly seed: number;
  private h1 = 0;
  private h2 = 0;

  /** @param seed random, so that nobody can choose bytes that collide */
  constructor(seed: number) {
    this.seed = seed | 0;
  }

  /** Where the bytes that followed last time end, if they stand at `from` again and end before `end`; else -1. */
  follows(view: DataView, from: number, end: number): number {
    const guess = this.last < 0 ? -1 : this.after[this.last]!;
    if (guess < 0) return -1;
    const length = this.length[guess]!;
    return length >= 0 && from + length <= end && this.same(guess, view, from) ? from + length : -1;
  }

  /** Goes on to the slot whose bytes `follows` has just found; answers it. */
  advance(): number {
    this.last = this.after[this.last]!;
    return this.last;
  }

  /** The slot of these bytes, or -1. */
  find(bytes: Uint8Array, view: DataView, from: number, to: number): number {
    if (this.follows(view, from, to) === to) return this.advance();
    this.digest(bytes, view, from, to);
    for (let i = this.h1 & this.mask; ; i = (i + 1) & this.mask) {
      const slot = this.table[i]! - 1;
      if (slot < 0) return -1;
      if (
        this.hash[slot] !== this.h1 ||
        this.check[slot] !== this.h2 ||
        this.length[slot] !== to - from ||
        !this.same(slot, view, from)
      )
        continue;
      if (this.last >= 0) this.after[this.last] = slot;
      this.last = slot;
      return slot;
    }
  }

  /** Adds bytes that `find` has just not found; answers their slot. */
  add(bytes: Uint8Array, view: DataView, from: number, to: number): number {
    if (this.size + 1 > this.table.length * LOAD_MAX) this.rehash(this.table.length * 2);
    this.digest(bytes, view, from, to);
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= this.hash.length) this.widen();
    this.hash[slot] = this.h1;
    this.check[slot] = this.h2;
    this.keep(slot, bytes, from, to);
    this.after[slot] = -1;
    this.place(slot);
    this.size++;
    if (this.last >= 0) this.after[this.last] = slot;
    this.last = slot;
    return slot;
  }

  /** Forgets slots, and gives the memory of their bytes back. */
  remove(gone: readonly number[]): void {
    if (gone.length === 0) return;
    for (const slot of gone) {
      this.length[slot] = -1;
      this.free.push(slot);
    }
    this.size -= gone.length;
    this.after.fill(-1);
    this.last = -1;
    const old = this.chunks;
    this.chunks = [];
    this.views = [];
    this.used = CHUNK_BYTES;
    for (let slot = 0; slot < this.slots; slot++) {
      const length = this.length[slot]!;
      if (length < 0) continue;
      const from = this.offset[slot]!;
      this.keep(slot, old[this.chunk[slot]!]!, from, from + length);
    }
    this.rehash(this.table.length);
  }

  private same(slot: number, view: DataView, from: number): boolean {
    return isSame(this.views[this.chunk[slot]!]!, this.offset[slot]!, view, from, this.length[slot]!);
  }

  private digest(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    let a = this.seed ^ (to - from);
    let b = Math.imul(this.seed, 0x9e3779b1) + 0x7feb352d;
    let at = from;
    for (; at + 4 <= to; at += 4) {
      const word = view.getInt32(at, true);
      a = Math.imul(a ^ word, 0x85ebca6b);
      a ^= a >>> 15;
      b = Math.imul(b + word, 0xc2b2ae35);
      b ^= b >>> 13;
    }
    for (; at < to; at++) {
      a = Math.imul(a ^ bytes[at]!, 0x85ebca6b);
      b = Math.imul(b + bytes[at]!, 0xc2b2ae35) ^ (a >>> 11);
    }
    a = Math.imul(a ^ (a >>> 16), 0x7feb352d);
    b = Math.imul(b ^ (b >>> 15), 0x846ca68b);
    this.h1 = (a ^ (a >>> 15)) | 0;
    this.h2 = (b ^ (b >>> 16)) | 0;
  }

  private keep(slot: number, bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (this.chunks.length === 0 || this.used + length > CHUNK_BYTES) {
      const chunk = new Uint8Array(Math.max(CHUNK_BYTES, length));
      this.chunks.push(chunk);
      this.views.push(new DataView(chunk.buffer));
      this.used = 0;
    }
    this.chunks[this.chunks.length - 1]!.set(bytes.subarray(from, to), this.used);
    this.chunk[slot] = this.chunks.length - 1;
    this.offset[slot] = this.used;
    this.length[slot] = length;
    this.used += length;
  }

  private place(slot: number): void {
    let i = this.hash[slot]! & this.mask;
    while (this.table[i] !== 0) i = (i + 1) & this.mask;
    this.table[i] = slot + 1;
  }

  private rehash(capacity: number): void {
    this.table = new Int32Array(capacity);
    this.mask = capacity - 1;
    for (let slot = 0; slot < this.slots; slot++) if (this.length[slot]! >= 0) this.place(slot);
  }

  private widen(): void {
    this.hash = doubled(this.hash);
    this.check = doubled(this.check);
    this.chunk = doubled(this.chunk);
    this.offset = doubled(this.offset);
    this.length = doubled(this.length);
    this.after = doubled(this.after);
  }
}

/** The same numbers with as much room again. */
export const doubled = (old: Int32Array): Int32Array<ArrayBuffer> => {
  const next = new Int32Array(old.length * 2);
  next.set(old);
  return next;
};
