// What the engine knows of one series beside its detector. Its last sample lies in columns that all series share: a frame writes into
// neighbouring places there, where as many objects would each be fetched from memory for one number.
import type { Edge } from './graph.ts';
import type { SeriesMeta } from './types.ts';

/** Last value and tick of every series, by index; grows with the bank. */
export class Latest {
  values = new Float64Array(64).fill(Number.NaN);
  /** Epoch ms; -1 before the first. */
  timesMs = new Float64Array(64).fill(-1);

  /** Keeps those samples of a frame that are there: `values[i]` is that of `indices[i]`. */
  keep(indices: Uint32Array, values: Float64Array, timeMs: number): void {
    const [{ values: own, timesMs }, count] = [this, Math.min(indices.length, values.length)];
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      own[indices[i]!] = value;
      timesMs[indices[i]!] = timeMs;
    }
  }

  /** From when on a series that has not reported yet counts as known. */
  begin(index: number, atMs: number): void {
    this.timesMs[index] = atMs;
  }

  /** Makes room for a series. */
  room(index: number): void {
    if (index < this.values.length) return;
    const [{ values, timesMs }, length] = [this, Math.max(index + 1, this.values.length * 2)];
    this.values = new Float64Array(length).fill(Number.NaN);
    this.values.set(values);
    this.timesMs = new Float64Array(length).fill(-1);
    this.timesMs.set(timesMs);
  }
}

/** Where a series comes from: the probe, the callee as the probe named it, and the calls that its figure is of. */
export type Origin = {
  readonly probe: string;
  /** The callee before addresses were resolved. */
  readonly callee: string | undefined;
  readonly protocol: string;
  /** Groups the figures of the same calls, so that a latency finds its number of calls. */
  readonly calls: string;
};
/** Of what no probe sends: what the engine reckons itself. */
export const unprobed: Origin = { probe: '', callee: undefined, protocol: '', calls: '' };

export class Series implements Origin {
  readonly probe: string;
  readonly callee: string | undefined;
  readonly protocol: string;
  readonly calls: string;
  /** The edge whose traffic it counts, as of the graph's `epoch`. */
  edge: Edge | undefined;
  epoch = 0;
  readonly index: number;
  meta: SeriesMeta;
  private readonly latest: Latest;

  constructor(index: number, meta: SeriesMeta, { probe, callee, protocol, calls }: Origin, latest = new Latest()) {
    this.index = index;
    this.meta = meta;
    this.probe = probe;
    this.callee = callee;
    this.protocol = protocol;
    this.calls = calls;
    this.latest = latest;
    latest.room(index);
  }

  /** Its last value that was there, NaN before the first. */
  get last(): number {
    return this.latest.values[this.index] ?? Number.NaN;
  }
  /** Epoch ms of the tick that `last` belongs to. */
  get lastMs(): number {
    return this.latest.timesMs[this.index] ?? -1;
  }

  /** Keeps a sample as its last. */
  keep(value: number, timeMs: number): void {
    this.latest.values[this.index] = value;
    this.latest.timesMs[this.index] = timeMs;
  }
}

/** All series, in the order in which they came; their indices are the bank's, so an array finds them. */
export class SeriesByIndex {
  size = 0;
  private readonly all: (Series | undefined)[] = [];

  get(index: number): Series | undefined {
    return this.all[index];
  }

  has(index: number): boolean {
    return this.all[index] !== undefined;
  }

  add(one: Series): void {
    this.all[one.index] = one;
    this.size++;
  }

  delete(index: number): void {
    if (this.has(index)) this.size--;
    this.all[index] = undefined;
  }

  *values(): Generator<Series> {
    for (const one of this.all) if (one !== undefined) yield one;
  }
}
