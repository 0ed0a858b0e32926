// A stream's rollups, kept up with raw: every so often the stretch that raw has grown by, so nothing is marked and nothing can be forgotten.
import type { Clock, Logger } from '@fenghuo/kit';
import { noteEnd } from './store/chain.ts';
import type { Store } from './store/client.ts';
import { type RollupTable, rollUpNext, rollupEnd, stretchMax } from './store/rollups.ts';

/**
 * So much a rollup is behind raw, which is asked for anything recent. Every turn makes a row a series, so a minute's turns are a minute
 * apart; an hour's rows carry a sketch, and nobody looks at the last ten minutes of a month.
 */
const everyMs: Readonly<Record<RollupTable, number>> = { rollup_1m: 60_000, rollup_1h: 600_000 };
const STRETCH_MIN = 100;
/** After a stretch it rests for as long as that took, at most so long: nobody waits for a rollup, and ten minutes of a full fleet are two dozen of the hour's. */
const REST_MS_MAX = 3_000;
/** What failed is tried again so soon, whatever the turn. */
const AGAIN_MS = 5_000;

export type RollupParts = {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** 16 hex digits of the stream's id. */
  readonly stream: string;
  /** Up to where raw is stored. */
  readonly position: () => number;
};

export class Rollup {
  /** Where the rollup ends; unknown at first, and after a failure. */
  private end: number | undefined;
  private stretch: number;
  private working: Promise<void> | undefined;
  private stopped = false;
  private again: { cancel(): void } | undefined;
  private endRest: () => void = () => undefined;
  private readonly table: RollupTable;
  private readonly parts: RollupParts;

  constructor(table: RollupTable, parts: RollupParts) {
    this.table = table;
    this.stretch = stretchMax[table];
    this.parts = parts;
  }

  start(): { stop(): Promise<void> } {
    void this.work();
    const timer = this.parts.clock.every(everyMs[this.table], () => void this.work());
    return {
      stop: async () => {
        this.stopped = true;
        timer.cancel();
        this.again?.cancel();
        this.endRest();
        await this.working;
      },
    };
  }

  /** Catches up with raw; what fails is tried again soon, in smaller stretches. */
  work(): Promise<void> {
    this.working ??= this.catchUp().finally(() => {
      this.working = undefined;
    });
    return this.working;
  }

  /** Resolves after `ms`, or at once when it is stopped. */
  private rest(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = this.parts.clock.after(ms, done);
      this.endRest = () => {
        timer.cancel();
        done();
      };
    });
  }

  private async catchUp(): Promise<void> {
    const { store, stream, log, clock } = this.parts;
    const position = this.parts.position();
    try {
      let end = this.end ?? (await rollupEnd(store, this.table, stream));
      const began = end;
      while (end < position && !this.stopped) {
        const fromMs = clock.monotonic();
        const next = await rollUpNext(store, this.table, stream, end, position, this.stretch);
        this.stretch = Math.min(stretchMax[this.table], this.stretch * 2);
        if (next === end) break;
        end = next;
        if (end < position && !this.stopped) await this.rest(Math.min(REST_MS_MAX, clock.monotonic() - fromMs));
      }
      if (end > began) {
        // Rows expire; that they were there is kept, so that an empty table is not taken for an untouched one.
        await noteEnd(store, this.table, stream, end);
        await noteEnd(store, 'frames', stream, Math.min(end, position));
      }
      this.end = end;
    } catch (error) {
      this.end = undefined;
      this.stretch = Math.max(STRETCH_MIN, Math.floor(this.stretch / 4));
      log.warn({ err: error, table: this.table, stretch: this.stretch }, 'a rollup is tried again');
      this.again?.cancel();
      if (!this.stopped) this.again = this.parts.clock.after(AGAIN_MS, () => void this.work());
    }
  }
}
