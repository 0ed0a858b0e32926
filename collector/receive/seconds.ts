// Things that belong to a second and arrive late and out of order: each second is closed once, when senders have had their time.
// The time is learned: exporters send in batches, every second or every five, and a second is complete when the latest batch is in
// (a heuristic watermark: Akidau et al., The Dataflow Model, 2015).
import { receiveLimits } from './limits.ts';

const SECOND_MS = 1_000;
/** What was the longest wait for a batch is a quarter of it ten minutes later. */
const FORGET = 0.25 ** (1 / 600);
/** Seconds that are closed one by one after a long pause of this process; what is older is closed as one. */
const CATCH_UP = 60;

export class Seconds<T> {
  /** Items whose second was closed before they came: put into the one that is closed next. */
  late = 0;
  private readonly open = new Map<number, T[]>();
  private closed = -1;
  private waitMs = SECOND_MS;

  /** How long after its end a second is closed, ms. */
  get patienceMs(): number {
    return Math.min(receiveLimits.lateMsMax, this.waitMs * 1.1 + 250);
  }

  /** Puts an item that happened at `timeMs` into its second; false where it is too late to count with those of now. */
  put(item: T, timeMs: number, nowMs: number): boolean {
    const age = nowMs - timeMs;
    if (age > receiveLimits.foldMsMax) return false;
    if (this.closed < 0) this.closed = Math.floor((nowMs - receiveLimits.lateMsMax) / SECOND_MS) - 1;
    if (age > this.waitMs) this.waitMs = Math.min(age, receiveLimits.lateMsMax);
    let second = Math.floor(timeMs / SECOND_MS);
    if (second <= this.closed) {
      this.late++;
      second = this.closed + 1;
    }
    const items = this.open.get(second);
    if (items === undefined) this.open.set(second, [item]);
    else items.push(item);
    return true;
  }

  /** Closes every second that is due, oldest first; `work` gets its items and its end (epoch ms). Nothing is due before the first item. */
  close(nowMs: number, work: (items: readonly T[], endMs: number) => void): void {
    if (this.closed < 0) return;
    const last = Math.floor((nowMs - this.patienceMs) / SECOND_MS) - 1;
    const first = Math.max(this.closed + 1, last - CATCH_UP);
    for (let second = first; second <= last; second++) {
      const items = second === first ? this.upTo(second) : (this.open.get(second) ?? []);
      this.open.delete(second);
      this.closed = second;
      this.waitMs = Math.max(SECOND_MS, this.waitMs * FORGET);
      work(items, (second + 1) * SECOND_MS);
    }
  }

  private upTo(last: number): T[] {
    const found: T[] = [];
    for (const [second, items] of this.open)
      if (second <= last) {
        for (const item of items) found.push(item);
        this.open.delete(second);
      }
    return found;
  }
}
