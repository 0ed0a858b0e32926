// What a sender's spans and logs become: figures, in sources of their own, since their time runs behind that of its metrics.
import { OtlpTraces } from './otlp-traces.ts';
import type { RefusalReason } from './refusal.ts';
import { type Known, Signatures } from './signatures.ts';
import { type Harvest, Source, type SourceOptions } from './source.ts';

type Counted = readonly (readonly [RefusalReason, { readonly count: number }])[];

export class Derived {
  readonly traces: OtlpTraces;
  readonly signatures: Signatures;
  private readonly sources: { readonly spans: Source; readonly logs: Source };

  constructor(options: SourceOptions, known: Known) {
    const source = (kind: string): Source => new Source({ ...options, name: `${options.name}/${kind}` });
    this.sources = { spans: source('spans'), logs: source('logs') };
    this.traces = new OtlpTraces(this.sources.spans);
    this.signatures = new Signatures(this.sources.logs, known);
  }

  get live(): number {
    return this.sources.spans.live + this.sources.logs.live;
  }

  /** Figures of the seconds that are due; empty where none is. */
  close(nowMs: number): readonly Harvest[] {
    return this.parts().map(([source, part]) => {
      source.begin(nowMs);
      part.close(nowMs);
      return source.end();
    });
  }

  /** Spans and errors that came after their second was closed, since the last look. */
  late(): number {
    return this.parts().reduce((all, [, { seconds }]) => {
      const { late } = seconds;
      seconds.late = 0;
      return all + late;
    }, 0);
  }

  /** What was not counted, since the last look. */
  refused(): Counted {
    const found = this.parts().flatMap(([, { figures }]) => {
      const all = [...figures.refused].map(([reason, count]) => [reason, { count }] as const);
      figures.refused.clear();
      return all;
    });
    const { tooLate } = this.signatures;
    this.signatures.tooLate = 0;
    return tooLate > 0 ? [...found, ['log_late', { count: tooLate }]] : found;
  }

  /** Lets idle series go. */
  sweep(nowMs: number): void {
    for (const [source, { figures }] of this.parts()) {
      const gone = new Set(source.sweep(nowMs));
      if (gone.size > 0) figures.forget(gone);
    }
  }

  private parts() {
    return [
      [this.sources.spans, this.traces.figures],
      [this.sources.logs, this.signatures],
    ] as const;
  }
}
