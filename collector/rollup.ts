// Rollups built from raw, minute by minute, and built again when late samples touch a minute: so they equal raw by construction.
import type { Clock, Logger } from '@fenghuo/kit';
import type { Store } from './store/client.ts';
import { rollUp } from './store/rollups.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const EVERY_MS = 10_000;
/** Minutes looked at again after a start: what a crash may have left unbuilt. */
const CATCH_UP_MS = 2 * HOUR_MS;
const DIRTY_MAX = 10_000;

export class Rollups {
  private readonly dirty = new Set<number>();
  private working = false;
  private readonly store: Store;
  private readonly clock: Clock;
  private readonly log: Logger;

  constructor(store: Store, clock: Clock, log: Logger) {
    this.store = store;
    this.clock = clock;
    this.log = log;
    const now = clock.now();
    this.touch(now - CATCH_UP_MS, now);
  }

  /** Marks the minutes that an insert touched. */
  touch(fromMs: number, toMs: number): void {
    for (
      let minute = Math.floor(fromMs / MINUTE_MS);
      minute <= Math.floor(toMs / MINUTE_MS) && this.dirty.size < DIRTY_MAX;
      minute++
    )
      this.dirty.add(minute);
  }

  start(): { cancel(): void } {
    return this.clock.every(EVERY_MS, () => void this.work());
  }

  /** Builds all dirty minutes and their hours; what fails stays dirty. */
  async work(): Promise<void> {
    if (this.working || this.dirty.size === 0) return;
    this.working = true;
    const minutes = [...this.dirty];
    this.dirty.clear();
    try {
      const from = Math.min(...minutes) * MINUTE_MS;
      const to = (Math.max(...minutes) + 1) * MINUTE_MS;
      const version = this.clock.now();
      await rollUp(this.store, 'samples_1m', MINUTE_MS / 1_000, from, to, version);
      await rollUp(
        this.store,
        'samples_1h',
        HOUR_MS / 1_000,
        Math.floor(from / HOUR_MS) * HOUR_MS,
        Math.ceil(to / HOUR_MS) * HOUR_MS,
        version,
      );
    } catch (error) {
      for (const minute of minutes) this.dirty.add(minute);
      this.log.warn({ err: error, minutes: minutes.length }, 'rollups wait for the next turn');
    } finally {
      this.working = false;
    }
  }
}
