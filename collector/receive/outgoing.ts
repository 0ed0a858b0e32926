// Figures made here, on their way onto NATS: in order, again until they are acknowledged, within a limit. Nobody else would send them again.
import { receiveLimits } from './limits.ts';
import type { Publish } from './publish.ts';
import type { Harvest } from './source.ts';

export class Outgoing {
  private readonly waiting: Harvest[] = [];
  private isSending = false;
  private readonly publish: Publish;
  private readonly dropped: (frames: number) => void;

  /** @param dropped told how many frames were given up, NATS having been away for too long */
  constructor(publish: Publish, dropped: (frames: number) => void) {
    this.publish = publish;
    this.dropped = dropped;
  }

  get size(): number {
    return this.waiting.length;
  }

  put(harvest: Harvest): void {
    if (harvest.frames.length === 0 && harvest.schemas.length === 0) return;
    this.waiting.push(harvest);
    // The oldest frames go; what they announced is needed by those that follow.
    if (this.waiting.length > receiveLimits.figuresWaitingMax) {
      const first = this.isSending ? 1 : 0;
      const [gone, next] = this.waiting.splice(first, 2);
      if (gone === undefined || next === undefined) return;
      this.dropped(gone.frames.length);
      this.waiting.splice(first, 0, { schemas: [...gone.schemas, ...next.schemas], frames: next.frames });
    }
  }

  /** Sends what waits; the first failure ends it until the next call. */
  async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
        await this.publish(next);
        this.waiting.shift();
      }
    } catch {
      // NATS is away or full: it waits, and the limit above bounds how much.
    } finally {
      this.isSending = false;
    }
  }
}
