// Label bytes of one format → the source's series number; what a sweep removed is forgotten here too.
import { BytesIndex, doubled } from './bytes-index.ts';

export class SeriesIndex {
  private readonly keys: BytesIndex;
  private series = new Int32Array(1_024);
  private slots = 0;

  constructor(seed: number) {
    this.keys = new BytesIndex(seed);
  }

  /** Where the bytes that followed last time end, if they stand at `from` again and end before `end`; else -1. */
  follows(view: DataView, from: number, end: number): number {
    return this.keys.follows(view, from, end);
  }

  /** Goes on to the series whose bytes `follows` has just found; answers it. */
  advance(): number {
    return this.series[this.keys.advance()]!;
  }

  /** The series of these bytes, or -1. */
  find(bytes: Uint8Array, view: DataView, from: number, to: number): number {
    const slot = this.keys.find(bytes, view, from, to);
    return slot < 0 ? -1 : this.series[slot]!;
  }

  /** Remembers bytes that `find` has just not found. */
  add(bytes: Uint8Array, view: DataView, from: number, to: number, series: number): void {
    const slot = this.keys.add(bytes, view, from, to);
    if (slot >= this.series.length) this.series = doubled(this.series);
    this.series[slot] = series;
    if (slot >= this.slots) this.slots = slot + 1;
  }

  forget(gone: ReadonlySet<number>): void {
    const slots: number[] = [];
    for (let slot = 0; slot < this.slots; slot++) {
      if (!gone.has(this.series[slot]!)) continue;
      slots.push(slot);
      this.series[slot] = -1;
    }
    this.keys.remove(slots);
  }
}
