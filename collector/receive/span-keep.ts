// Which spans are kept whole: every error, the slow tail of each operation, and one trace in a hundred of the rest.
import { failed, Sketch } from '@fenghuo/probe/calls';
import type { Resource } from '@fenghuo/rules/contract';
import { receiveLimits } from './limits.ts';
import type { Span } from './span.ts';
import { callSpan } from './span-figures.ts';

export type Why = 'error' | 'slow' | 'sample';

const MINUTE_MS = 60_000;
/** A trace is kept where its id, which is random, begins below this share of all: whole traces, and the same ones at every collector. */
const SAMPLE_BELOW = Math.floor(2 ** 32 / 100);
const TAIL = 0.99;
/** The sketch's buckets are 8 % wide: what is beyond the one that holds the percentile is surely slower than it. */
const BUCKET = 1.08;

export class SpanKeep {
  /** Spans that were worth keeping when this second had had its share. */
  crowded = 0;
  private readonly tails = new Map<string, Tail>();
  private second = 0;
  private kept = 0;

  /** Why a span is to be kept, if it is. */
  why(service: string, span: Span, nowMs: number): Why | undefined {
    const why = this.reason(service, span, nowMs);
    if (why === undefined) return undefined;
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.kept = 0;
    }
    if (this.kept >= receiveLimits.spansKeptPerSecondMax) {
      this.crowded++;
      return undefined;
    }
    this.kept++;
    return why;
  }

  private reason(service: string, span: Span, nowMs: number): Why | undefined {
    const isSlow = this.tailOf(`${service}\u0000${span.kind}\u0000${span.name}`).isSlow(
      (span.endMs - span.startMs) / 1_000,
      nowMs,
    );
    if (failed(callSpan(span))) return 'error';
    if (isSlow) return 'slow';
    return Number.parseInt(span.trace.slice(24), 16) < SAMPLE_BELOW ? 'sample' : undefined;
  }

  private tailOf(operation: string): Tail {
    const known = this.tails.get(operation);
    if (known !== undefined) return known;
    // Whoever puts ids into span names has as many operations as calls: the oldest make room.
    if (this.tails.size >= receiveLimits.operationsMax) this.tails.delete(this.tails.keys().next().value ?? '');
    const made = new Tail();
    this.tails.set(operation, made);
    return made;
  }
}

/** Slow is what is beyond the 99th percentile of the minute before: of fewer than a hundred calls, slower than all of them. */
class Tail {
  private now = new Sketch();
  private before = new Sketch();
  private sinceMs = -1;

  isSlow(seconds: number, nowMs: number): boolean {
    if (nowMs - this.sinceMs >= MINUTE_MS) {
      [this.before, this.now] = [this.now, this.before];
      this.now.reset();
      this.sinceMs = nowMs;
    }
    this.now.add(seconds);
    return seconds > this.before.quantile(TAIL) * BUCKET;
  }
}

/** A kept span as a row of table `spans`. */
export const spanRow = (resource: Resource, span: Span, why: Why): Record<string, unknown> => ({
  at: `${new Date(Math.floor(span.startMs)).toISOString().slice(0, -1)}${String(Math.floor((span.startMs % 1) * 1_000)).padStart(3, '0')}Z`,
  trace: span.trace,
  span: span.id,
  parent: span.parent,
  service: resource.service ?? '',
  instance: resource.instance ?? '',
  name: span.name,
  kind: kinds[span.kind] ?? 'internal',
  seconds: Math.max(0, (span.endMs - span.startMs) / 1_000),
  status: span.status,
  message: span.message,
  why,
  attributes: Object.fromEntries(Object.entries(span.attributes).map(([key, value]) => [key, String(value)])),
});

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
