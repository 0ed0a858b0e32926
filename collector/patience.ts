// Whoever waits for ClickHouse or NATS waits here: for ever, ever longer, and so that others can see it waiting.
import type { Clock, Logger } from '@fenghuo/kit';

const FIRST_MS = 100;
const MS_MAX = 5_000;

export class Patience {
  /** Since when (epoch ms) nothing has succeeded; undefined while all is well. */
  waitingSinceMs: number | undefined;
  private stopped = false;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly onRetry: () => void;

  constructor(clock: Clock, log: Logger, onRetry: () => void = () => undefined) {
    this.clock = clock;
    this.log = log;
    this.onRetry = onRetry;
  }

  /** Repeats `work` until it succeeds; rejects with its error only after `stop`. */
  async until<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let wait = FIRST_MS; ; wait = Math.min(MS_MAX, wait * 2)) {
      try {
        const result = await work();
        this.waitingSinceMs = undefined;
        return result;
      } catch (error) {
        if (this.stopped) throw error;
        this.waitingSinceMs ??= this.clock.now();
        this.onRetry();
        this.log.warn({ err: error, wait }, `${what} waits`);
        await this.clock.sleep(wait);
      }
    }
  }

  /** From now on the first failure is the last. */
  stop(): void {
    this.stopped = true;
  }
}
