// Figures of the same calls belong together: their number, median and extreme, and how long the oldest unanswered one has been waiting.
import type { Series } from './series.ts';

export class Groups {
  readonly counts = new Map<string, Series>();
  /** Gauges of how long an edge's oldest call has been waiting: a latency of which no number of calls is told. */
  readonly ages = new Map<string, Series>();
  /** How many of an edge's calls are unanswered. */
  readonly waiting = new Map<string, Series>();
  /** What most calls of an edge take. */
  readonly bodies = new Map<string, Series>();
  /** What the calls of an edge take on average: of few calls one slow one shows here, where the median is another's. */
  readonly means = new Map<string, Series>();
  /** What the slowest calls of a tick take: p99, or the greatest where no p99 is told. */
  readonly tails = new Map<string, Series>();
  /** Groups of which some figure may open an incident: so many places are watched. */
  readonly places = new Set<string>();
  private readonly counted = new Set<string>();

  /** Takes a series in; a metric's count comes before its other figures. */
  add(one: Series, opens: boolean): void {
    const { calls, callee, meta } = one;
    if (opens) this.places.add(calls);
    if (meta.stat === 'count') {
      this.counts.set(calls, one);
      this.counted.add(meta.metric);
    }
    if (callee !== undefined && meta.class === 'saturation' && meta.unit === '{request}') this.waiting.set(calls, one);
    if (meta.class !== 'latency') return;
    const isAge = callee !== undefined && meta.stat === 'max' && !this.counted.has(meta.metric);
    if (isAge) this.ages.set(calls, one);
    else if (meta.stat === 'p99' || (meta.stat === 'max' && !this.tails.has(calls))) this.tails.set(calls, one);
    if (callee !== undefined && meta.stat === 'p50') this.bodies.set(calls, one);
    if (callee !== undefined && meta.stat === 'mean') this.means.set(calls, one);
  }

  /** Whether it is what the calls of an edge take by their median, their mean or their age. */
  isOfCalls(one: Series): boolean {
    return [this.bodies, this.means, this.ages].some((figures) => figures.get(one.calls) === one);
  }

  remove(one: Series): void {
    for (const figures of [this.counts, this.ages, this.waiting, this.bodies, this.means, this.tails])
      if (figures.get(one.calls) === one) figures.delete(one.calls);
    this.places.delete(one.calls);
  }
}
