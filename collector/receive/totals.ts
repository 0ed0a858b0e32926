// What a source has sent since the start, for people: the same figures as the counters, by source and in one place.
import type { RefusalReason } from './refusal.ts';

export type SourceTotals = {
  readonly name: string;
  readonly series: number;
  readonly seriesMax: number;
  readonly samples: number;
  readonly spans: number;
  readonly logs: number;
  /** Epoch ms of the last request that was taken; undefined before the first. */
  readonly lastMs: number | undefined;
  readonly refused: readonly { readonly reason: RefusalReason; readonly count: number; readonly lastMs: number }[];
  /** The label with most values, and about how many. */
  readonly widest: { readonly label: string; readonly values: number } | undefined;
};

export class Totals {
  readonly taken = { samples: 0, spans: 0, logs: 0 };
  lastMs: number | undefined;
  private readonly reasons = new Map<RefusalReason, { count: number; lastMs: number }>();

  take(what: keyof Totals['taken'], count: number, nowMs: number): void {
    this.taken[what] += count;
    this.lastMs = nowMs;
  }

  refuse(reason: RefusalReason, count: number, nowMs: number): void {
    const known = this.reasons.get(reason);
    if (known === undefined) this.reasons.set(reason, { count, lastMs: nowMs });
    else {
      known.count += count;
      known.lastMs = nowMs;
    }
  }

  get refused(): SourceTotals['refused'] {
    return [...this.reasons].map(([reason, of]) => ({ reason, ...of })).sort((a, b) => b.count - a.count);
  }
}
