// Frames on their way to NATS: bounded, in order, kept until acknowledged. What has to be dropped is counted and told later.
import { limits } from '@fenghuo/rules/contract';

export type Parcel = { readonly subject: string; readonly bytes: Uint8Array; readonly id: string };
/** Resolves when the message is stored; rejects when it is not known to be. */
export type Send = (parcel: Parcel) => Promise<void>;

const IN_FLIGHT_MAX = 16;
const RETRY_MS = 500;

export class Outbox {
  private waiting: Parcel[] = [];
  private flying = 0;
  private bytes = 0;
  private paused = false;
  /** Frames dropped and not yet told. */
  lost = 0;
  /** For the probe's own metrics. */
  sent = 0;

  private readonly send: Send;
  private readonly after: (ms: number, fn: () => void) => void;
  private readonly framesMax: number;
  private readonly bytesMax: number;

  constructor(
    send: Send,
    after: (ms: number, fn: () => void) => void,
    framesMax: number = limits.probeBufferFramesMax,
    bytesMax: number = limits.probeBufferBytesMax,
  ) {
    this.send = send;
    this.after = after;
    this.framesMax = framesMax;
    this.bytesMax = bytesMax;
  }

  get size(): number {
    return this.waiting.length + this.flying;
  }

  /** Queues a parcel; where the bounds are reached the oldest goes, for the newest says most about now. */
  put(parcel: Parcel): void {
    while (
      this.waiting.length > 0 &&
      (this.waiting.length >= this.framesMax || this.bytes + parcel.bytes.length > this.bytesMax)
    ) {
      const dropped = this.waiting.shift();
      this.bytes -= dropped?.bytes.length ?? 0;
      this.lost++;
    }
    this.waiting.push(parcel);
    this.bytes += parcel.bytes.length;
    this.pump();
  }

  /** What was dropped since the last frame that said so. */
  takeLost(): number {
    const lost = this.lost;
    this.lost = 0;
    return lost;
  }

  private pump(): void {
    while (!this.paused && this.flying < IN_FLIGHT_MAX) {
      const parcel = this.waiting.shift();
      if (parcel === undefined) return;
      this.bytes -= parcel.bytes.length;
      this.flying++;
      this.send(parcel).then(
        () => {
          this.flying--;
          this.sent++;
          this.pump();
        },
        () => {
          this.flying--;
          this.back(parcel);
        },
      );
    }
  }

  /** Puts an unacknowledged parcel back; its message id makes a second delivery harmless. */
  private back(parcel: Parcel): void {
    if (this.waiting.length >= this.framesMax || this.bytes + parcel.bytes.length > this.bytesMax) this.lost++;
    else {
      this.waiting.unshift(parcel);
      this.bytes += parcel.bytes.length;
    }
    if (this.paused) return;
    this.paused = true;
    this.after(RETRY_MS, () => {
      this.paused = false;
      this.pump();
    });
  }
}
