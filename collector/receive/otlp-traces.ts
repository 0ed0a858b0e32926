// OTLP traces: each span counts in the figures of its process, and is kept whole where it says something.
import { receiveLimits } from './limits.ts';
import { eachNamed, type Named } from './otlp-items.ts';
import { isTimely, Refused } from './refused.ts';
import type { Source } from './source.ts';
import { readSpan, type Span } from './span.ts';
import { SpanFigures } from './span-figures.ts';
import { SpanKeep, spanRow } from './span-keep.ts';

/** What becomes of a request of spans. */
export type TakenSpans = {
  readonly spans: number;
  /** Rows of those that are kept whole. */
  readonly kept: readonly Readonly<Record<string, unknown>>[];
  readonly refused: Refused;
  /** Counts the spans in the figures: once only, so when nothing can send the request back to its sender any more. */
  count(): void;
};
type Of = { readonly resource: Named; readonly span: Span };

export class OtlpTraces {
  readonly figures: SpanFigures;
  private readonly keep = new SpanKeep();

  constructor(source: Source) {
    this.figures = new SpanFigures(source);
  }

  /** Reads an ExportTraceServiceRequest. Throws Refusal where it is corrupt: then nothing of it is taken. */
  take(bytes: Uint8Array, nowMs: number): TakenSpans {
    const refused = new Refused();
    const taken = read(bytes, nowMs, refused);
    const kept = taken.flatMap(({ resource, span }) => {
      const why = this.keep.why(resource.service, span, nowMs);
      return why === undefined ? [] : [spanRow(resource, span, why)];
    });
    refused.quiet('span_crowded', this.keep.crowded);
    this.keep.crowded = 0;
    return { spans: taken.length, kept, refused, count: () => this.count(taken, nowMs, refused) };
  }

  private count(taken: readonly Of[], nowMs: number, refused: Refused): void {
    for (const { resource, span } of taken) {
      const fault = this.figures.put(resource, span, nowMs);
      if (fault === 'probes_limit')
        refused.note(fault, `more than ${receiveLimits.instancesMax} service instances send spans`);
      // It is kept all the same: only the figures of that second are history.
      else if (fault === 'late') refused.quiet('span_late');
    }
  }
}

const read = (bytes: Uint8Array, nowMs: number, refused: Refused): Of[] => {
  const taken: Of[] = [];
  eachNamed(bytes, 'spans', 'span_invalid', refused, (reader, resource) => {
    const span = readSpan(reader);
    if (span === undefined) refused.note('span_invalid', 'a span without trace id or span id');
    else if (isTimely(span.endMs, nowMs, refused)) taken.push({ resource, span });
  });
  return taken;
};
