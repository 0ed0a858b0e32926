// Messages on their way to NATS: bounded, in order, kept until acknowledged. What has to be dropped is counted and told later.
import { limits } from '@fenghuo/rules/contract';

export type Parcel = {
  readonly subject: string;
  readonly bytes: Uint8Array;
  /** Message id: a second delivery within the server's memory of ids is a no-op. A frame has its number, by which its readers know it. */
  readonly id?: string;
  /** Of a frame: how many lost frames it tells of. Absent for schemas and flag reports. */
  readonly tells?: number;
};
/** Resolves when the message is stored, rejects when it is not known to be; undefined: no connection, nothing was sent. */
export type Send = (parcel: Parcel) => Promise<void> | undefined;
export type OutboxClock = { monotonic(): number; after(ms: number, fn: () => void): { cancel(): void } };
export type OutboxLimits = { readonly framesMax: number; readonly bytesMax: number };

/** Also the most messages of which it is unknown whether they were stored. */
export const inFlightMax = 16;
const RETRY_MS = 500;

type Waiting = { readonly parcel: Parcel; readonly order: number; sentAtMs: number | undefined };

export class Outbox {
  /** Ascending by order. */
  private readonly waiting: Waiting[] = [];
  private flying = 0;
  private bytes = 0;
  private next = 0;
  /** Set while nothing is tried, until the next attempt. */
  private pausing: { cancel(): void } | undefined;
  private lost = 0;
  /** Messages known to be stored. */
  sent = 0;
  /** Frames dropped since the start, whether told yet or not. */
  framesDropped = 0;
  /** Schemas and flag reports dropped since the start. */
  othersDropped = 0;

  private readonly send: Send;
  private readonly clock: OutboxClock;
  private readonly bounds: OutboxLimits;

  constructor(
    send: Send,
    clock: OutboxClock,
    bounds: OutboxLimits = { framesMax: limits.probeBufferFramesMax, bytesMax: limits.probeBufferBytesMax },
  ) {
    this.send = send;
    this.clock = clock;
    this.bounds = bounds;
  }

  /** Messages not yet known to be stored. */
  get size(): number {
    return this.waiting.length + this.flying;
  }

  /** Something is kept back: no connection, or answers come slower than messages. */
  get waits(): boolean {
    return this.waiting.length > 0;
  }

  /** Queues a message; where the bounds are reached the oldest goes, for the newest says most about now. */
  put(parcel: Parcel): void {
    this.waiting.push({ parcel, order: this.next++, sentAtMs: undefined });
    this.bytes += parcel.bytes.length;
    while (this.size > this.bounds.framesMax || this.bytes > this.bounds.bytesMax) {
      // What was sent without an answer may be stored: dropping it could report as lost what did arrive.
      const oldest = this.waiting.findIndex((entry) => entry.sentAtMs === undefined);
      if (oldest < 0 || this.size === 1) break;
      this.drop(oldest);
    }
    this.pump();
  }

  /** Frames dropped since the last frame that said so. The next frame tells them: hand the number to its parcel as `tells`. */
  takeLost(): number {
    const lost = this.lost;
    this.lost = 0;
    return lost;
  }

  /** Sends what can be sent without waiting for the next attempt: a connection has come to stand, or the process is about to end. */
  resume(): void {
    this.pausing?.cancel();
    this.pausing = undefined;
    this.pump();
  }

  private pump(): void {
    while (this.pausing === undefined && this.flying < inFlightMax) {
      const entry = this.waiting[0];
      if (entry === undefined) return;
      const now = this.clock.monotonic();
      if (entry.sentAtMs !== undefined && now - entry.sentAtMs > limits.probeUnansweredMsMax) {
        // The server has forgotten its id by now, or whoever stores it its number: to send it again could store it twice.
        this.drop(0);
        continue;
      }
      const sending = this.send(entry.parcel);
      if (sending === undefined) {
        this.pause();
        return;
      }
      this.waiting.shift();
      entry.sentAtMs ??= now;
      this.flying++;
      sending.then(
        () => {
          this.flying--;
          this.bytes -= entry.parcel.bytes.length;
          this.sent++;
          this.pump();
        },
        () => {
          this.flying--;
          this.back(entry);
        },
      );
    }
  }

  /** An unanswered message takes its old place again: frames arrive in the order of their ticks. */
  private back(entry: Waiting): void {
    const place = this.waiting.findIndex((other) => other.order > entry.order);
    this.waiting.splice(place < 0 ? this.waiting.length : place, 0, entry);
    this.pause();
  }

  private pause(): void {
    this.pausing ??= this.clock.after(RETRY_MS, () => this.resume());
  }

  private drop(place: number): void {
    const [entry] = this.waiting.splice(place, 1);
    if (entry === undefined) return;
    const { bytes, tells } = entry.parcel;
    this.bytes -= bytes.length;
    if (tells === undefined) {
      this.othersDropped++;
      return;
    }
    // What the dropped frame would have told is told by a later one.
    this.lost += 1 + tells;
    this.framesDropped++;
  }
}
