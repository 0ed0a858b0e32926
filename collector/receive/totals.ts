// What a source has sent since the start, for people: the same figures as the counters, by source and in one place.
import type { SourcesOverview } from '@fenghuo/rules/contract';
import type { RefusalReason } from './refusal.ts';
import type { Source } from './source.ts';

export type SourceTotals = SourcesOverview['sources'][number];

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

  /** All of it, with what `source` (and what it made beside itself) has live. */
  of(name: string, source: Source, beside = 0): SourceTotals {
    const widest = source.spread.widest();
    return {
      name,
      series: source.live + beside,
      seriesMax: source.seriesMax,
      ...this.taken,
      ...(this.lastMs === undefined ? {} : { lastMs: this.lastMs }),
      refused: this.refused,
      ...(widest === undefined ? {} : { widest }),
    };
  }

  private get refused(): SourceTotals['refused'] {
    return [...this.reasons].map(([reason, of]) => ({ reason, ...of })).sort((a, b) => b.count - a.count);
  }
}
