// Figures of the same calls belong together: their number, median and extreme, and how long the oldest unanswered one has been waiting.
import type { Series } from './series.ts';

/** A count of moments at which something happened to calls: UCUM annotates what is counted. */
const isMoments = ({ callee, meta }: Series): boolean => callee !== undefined && meta.unit === '{moment}';

export class Groups {
  readonly counts = new Map<string, Series>();
  /** Gauges of how long an edge's oldest call has been waiting: a latency of which no number of calls is told. */
  readonly ages = new Map<string, Series>();
  /** How many of an edge's calls are unanswered. */
  readonly waiting = new Map<string, Series>();
  /** How many of them wait for longer than calls have taken lately; for how long all of those have, and half of them. */
  readonly overdue = new Map<string, Series>();
  readonly overdueLeast = new Map<string, Series>();
  readonly overdueHalf = new Map<string, Series>();
  /** What most calls of an edge take. */
  readonly bodies = new Map<string, Series>();
  /** What the slowest tenth of an edge's calls take at least. */
  readonly tenths = new Map<string, Series>();
  /** At how many different moments of a tick calls of an edge failed. */
  readonly moments = new Map<string, Series>();
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
    if (meta.class === 'saturation') {
      if (callee !== undefined) this.ofWaiting(one)?.set(calls, one);
      return;
    }
    if (isMoments(one)) this.moments.set(calls, one);
    if (meta.stat === 'count') {
      this.counts.set(calls, one);
      this.counted.add(meta.metric);
    }
    if (meta.class !== 'latency') return;
    const isAge = callee !== undefined && meta.stat === 'max' && !this.counted.has(meta.metric);
    if (isAge) this.ages.set(calls, one);
    else if (meta.stat === 'p99' || (meta.stat === 'max' && !this.tails.has(calls))) this.tails.set(calls, one);
    if (callee !== undefined && meta.stat === 'p50') this.bodies.set(calls, one);
    if (callee !== undefined && meta.stat === 'p90') this.tenths.set(calls, one);
    if (callee !== undefined && meta.stat === 'mean') this.means.set(calls, one);
  }

  /** What a figure of an edge's calls without an answer says of them: how many there are, how many of those are overdue, for how long. */
  private ofWaiting({ calls, meta: { metric, stat, unit } }: Series): Map<string, Series> | undefined {
    if (unit === 's') return stat === 'min' ? this.overdueLeast : stat === 'p50' ? this.overdueHalf : undefined;
    if (unit !== '{request}') return undefined;
    const all = this.waiting.get(calls)?.meta.metric;
    return all !== undefined && metric.startsWith(`${all}.`) ? this.overdue : this.waiting;
  }

  /** Whether it is what the calls of an edge take by their median, their mean, their slowest tenth or their age. */
  isOfCalls(one: Series): boolean {
    return [this.bodies, this.means, this.tenths, this.ages].some((figures) => figures.get(one.calls) === one);
  }

  remove(one: Series): void {
    const { counts, ages, waiting, overdue, overdueLeast, overdueHalf, bodies, tenths, moments, means, tails } = this;
    const ofWaits = [ages, waiting, overdue, overdueLeast, overdueHalf];
    for (const figures of [counts, ...ofWaits, bodies, tenths, moments, means, tails])
      if (figures.get(one.calls) === one) figures.delete(one.calls);
    this.places.delete(one.calls);
  }
}
