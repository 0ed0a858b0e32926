// The samples that one look at many series reads, in a few large buffers: a buffer a series would cost more than the look itself.
import { type DetectorBank, RING } from './detect/bank.ts';

/** Samples of a buffer: those of some hundred series. */
const CHUNK = 16_384;

export type Read = { readonly timesMs: Float64Array; readonly values: Float64Array };

/** Views stay valid as long as whoever holds them; series of one tick share their times. */
export class Samples {
  private readonly bank: DetectorBank;
  private chunk = new Float64Array(CHUNK);
  private used = 0;
  private readonly times = new Map<number, Float64Array[]>();

  constructor(bank: DetectorBank) {
    this.bank = bank;
  }

  /** The samples of a series from `fromMs` on, oldest first; NaN is missing. */
  since(index: number, fromMs: number): Read {
    if (this.used + RING > CHUNK) [this.chunk, this.used] = [new Float64Array(CHUNK), 0];
    const count = this.bank.copySince(index, fromMs, this.chunk, this.used);
    const values = this.chunk.subarray(this.used, this.used + count);
    this.used += count;
    return { timesMs: this.timesOf(this.bank.lastMs(index), this.bank.stepMs(index), count), values };
  }

  private timesOf(lastMs: number, stepMs: number, count: number): Float64Array {
    const key = lastMs + stepMs / 2 ** 31;
    const known = this.times.get(key) ?? [];
    this.times.set(key, known);
    known[count] ??= Float64Array.from({ length: count }, (_, k) => lastMs - (count - 1 - k) * stepMs);
    return known[count]!;
  }
}
