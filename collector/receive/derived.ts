// What a sender's spans become beside themselves: figures, in a source of their own, since their time runs behind that of its metrics.
import { OtlpTraces } from './otlp-traces.ts';
import type { RefusalReason } from './refusal.ts';
import { type Harvest, Source, type SourceOptions } from './source.ts';

export class Derived {
  readonly traces: OtlpTraces;
  private readonly source: Source;

  constructor(options: SourceOptions) {
    this.source = new Source({ ...options, name: `${options.name}/spans` });
    this.traces = new OtlpTraces(this.source);
  }

  get live(): number {
    return this.source.live;
  }

  /** Figures of the seconds that are due; empty where none is. */
  close(nowMs: number): Harvest {
    this.source.begin(nowMs);
    this.traces.figures.close(nowMs);
    return this.source.end();
  }

  /** Spans that came after their second was closed, since the last look. */
  late(): number {
    const { seconds } = this.traces.figures;
    const { late } = seconds;
    seconds.late = 0;
    return late;
  }

  /** Series for which there was no room, since the last look. */
  refused(): readonly (readonly [RefusalReason, { readonly count: number }])[] {
    const { refused } = this.traces.figures.figures;
    const found = [...refused].map(([reason, count]) => [reason, { count }] as const);
    refused.clear();
    return found;
  }

  /** Lets idle series go. */
  sweep(nowMs: number): void {
    const gone = new Set(this.source.sweep(nowMs));
    if (gone.size > 0) this.traces.figures.figures.forget(gone);
  }
}
