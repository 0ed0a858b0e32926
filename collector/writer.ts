// Frames into the raw table: one batch filling, one on its way, each following the sequence where the last one ended.
import type { Clock, SelfMetrics } from '@fenghuo/kit';
import { Batch, batchLimits, COLUMNS, type Origin } from './batch.ts';
import type { Patience } from './patience.ts';
import { append } from './store/chain.ts';
import type { Store } from './store/client.ts';

const DAY_MS = 86_400_000;
/** Doubles that are kept for the next batch at most: 16 MB. Few are larger. */
const SPARE_MAX = 2 * batchLimits.samplesMax;

export type WriterParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly self: SelfMetrics;
  readonly patience: Patience;
  /** 16 hex digits of the stream's id. */
  readonly stream: string;
  /** Where the chain of raw ends. */
  readonly position: number;
};

export class Writer {
  /** Everything up to this sequence is stored, by us or by somebody else. */
  position: number;
  private batch: Batch;
  /** Memory of a batch that is stored. */
  private spare: Float64Array | undefined;
  /** The days on which frames reached the stream, and the last frame of each: of those that are not stored yet. */
  private days: { readonly day: number; lastSeq: number }[] = [];
  private inserting: Promise<void> = Promise.resolve();
  private busy = false;
  private readonly parts: WriterParts;
  private readonly stream: bigint;
  private readonly counters;

  constructor(parts: WriterParts) {
    this.parts = parts;
    this.position = parts.position;
    this.stream = BigInt(`0x${parts.stream}`);
    this.batch = new Batch(this.stream);
    this.counters = {
      rows: parts.self.counter('fenghuo.collector.rows', '{row}', 'samples stored'),
      missing: parts.self.counter(
        'fenghuo.collector.missing',
        '{sample}',
        'samples that probes announced and did not have',
      ),
      overtaken: parts.self.counter(
        'fenghuo.collector.overtaken',
        '{insert}',
        'inserts that another collector had made before',
      ),
    };
  }

  /** A frame has come, whether or not it can be read yet. @param arrivedMs epoch ms at which it reached the stream */
  began(seq: number, arrivedMs: number): void {
    const day = Math.floor(arrivedMs / DAY_MS);
    const last = this.days.at(-1);
    if (last?.day === day) last.lastSeq = seq;
    else this.days.push({ day, lastSeq: seq });
    this.batch.began(this.parts.clock.now());
  }

  add(seq: number, origin: Origin, timeMs: number, values: Float64Array | Uint8Array, first = 0): void {
    this.counters.missing.add(this.batch.add(seq, origin, timeMs, values, first));
  }

  /** No more may be added before a flush. */
  get isFull(): boolean {
    return this.batch.isFull();
  }

  /** Worth a flush, and no insert is under way: so one batch fills and one is stored, never more. */
  get isDue(): boolean {
    return !this.busy && this.batch.isDue(this.parts.clock.now());
  }

  /** Stores what was added so far, after what is under way; rejects only when the patience has been stopped. */
  flush(): Promise<void> {
    const full = this.batch;
    if (full.frames === 0) return this.inserting;
    this.batch = new Batch(this.stream, this.spare);
    this.spare = undefined;
    this.busy = true;
    this.inserting = this.inserting
      .then(() => this.store(full))
      .then(() => {
        if (full.memory.length <= SPARE_MAX) this.spare = full.memory;
      })
      .finally(() => {
        this.busy = false;
      });
    return this.inserting;
  }

  /** Resolves when no insert is under way. */
  idle(): Promise<void> {
    return this.inserting;
  }

  private async store(full: Batch): Promise<void> {
    const { store, stream, patience } = this.parts;
    let rest = full.firstSeq > this.position ? full : full.after(this.position);
    while (rest.frames > 0) {
      const [after, block] = [this.position, rest.block(this.dayAfter(this.position))];
      this.position = await patience.until('an insert', () =>
        append(store, 'frames', stream, after, (token) => store.insertBlock('frames', COLUMNS, block, token)),
      );
      if (this.position === rest.lastSeq) this.counters.rows.add(rest.samples);
      else this.counters.overtaken.add(1);
      rest = rest.after(this.position);
    }
  }

  /**
   * Day on which the first frame after a sequence reached the stream. Two collectors that continue from there agree on it, as they
   * must: ClickHouse compares tokens within a partition, and the partition is the day.
   */
  private dayAfter(seq: number): number {
    while (this.days.length > 1 && (this.days[0]?.lastSeq ?? 0) <= seq) this.days.shift();
    return this.days[0]?.day ?? 0;
  }
}
