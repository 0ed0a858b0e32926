// What customers feel, as numbers a second: sums or ratios over series that topology names, watched like any other series.
import { type FrameSchema, limits, type TopologyRule } from '@fenghuo/rules/contract';
import { isOfThings } from './meta.ts';
import type { Probe } from './probes.ts';
import type { Series } from './series.ts';
import type { Watch } from './watch.ts';

type KpiRule = TopologyRule['kpis'][number];
type Part = 'numerator' | 'denominator';
type Sum = { gauges: number; numerator: number; denominator: number; from: Set<string>; isUneven: boolean };
type Feed = { readonly column: number; readonly kpi: Kpi; readonly part: Part; readonly gauge: boolean };
type Source = {
  readonly metric: string;
  readonly service?: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
};

/** A ratio of few events a second jumps about; over five ticks it is a figure one can judge. */
const ratioTicks = 5;
/** A tick whose feeders have not all reported by then is left out rather than judged by half. */
export const waitMsMax = 3_000;

export type Kpi = {
  readonly rule: KpiRule;
  readonly series: Series;
  readonly feeders: Set<string>;
  readonly pending: Map<number, Sum>;
  readonly done: { readonly numerator: number; readonly denominator: number }[];
  /** Ticks that a ratio's window still lacks since one part of it was told in bulk. */
  lacks: number;
};

/** A frame that comes so long after its probe's last one counts what happened in more than its own tick. */
const bulkMs = 2.5 * limits.tickMs;

/**
 * Whether a frame of `timeMs`, come at `atMs`, tells of several ticks at once: its probe was held up, or its clock, which was ahead, has been set back
 * and it kept silent until then. Frames that a slow bus held up are of a tick each.
 */
export const isBulk = (before: Probe | undefined, timeMs: number, atMs: number): boolean => {
  if (before === undefined || before.tickMs < 0) return false;
  const wasAhead = before.tickMs - before.seenMs >= limits.tickMs;
  return timeMs - before.tickMs >= bulkMs || (wasAhead && atMs - before.seenMs >= bulkMs);
};

/** Gauges of things and of bytes add up over their attributes; a share or a temperature is the mean of them. */
const addsUp = (unit: string): boolean => unit === 'By' || isOfThings(unit);

const matches = (rule: Source, schema: FrameSchema, column: FrameSchema['columns'][number]): boolean =>
  column.metric === rule.metric &&
  (column.stat === undefined || column.stat === 'count') &&
  (rule.service === undefined || rule.service === schema.resource.service) &&
  Object.entries(rule.attributes).every(([key, value]) => column.attributes[key] === value);

const nothing = (): Sum => ({ gauges: 0, numerator: 0, denominator: 0, from: new Set(), isUneven: false });

export class Kpis {
  readonly all: readonly Kpi[];
  private readonly feeds = new Map<string, readonly Feed[]>();
  private readonly watch: Watch;

  constructor(topology: TopologyRule, watch: Watch) {
    this.watch = watch;
    this.all = topology.kpis.map((rule) => ({
      rule,
      series: watch.add({
        id: `kpi:${rule.name}`,
        entity: rule.service ?? rule.audience,
        metric: rule.name,
        unit: rule.unit,
        class: 'business',
        kind: 'gauge',
        bad: rule.better === 'higher' ? 'down' : 'up',
      }),
      feeders: new Set<string>(),
      pending: new Map<number, Sum>(),
      done: [],
      lacks: 0,
    }));
  }

  find(name: string): Kpi | undefined {
    return this.all.find((kpi) => kpi.rule.name === name);
  }

  learn(schema: FrameSchema, probe: string): void {
    const feeds: Feed[] = [];
    for (const [at, column] of schema.columns.entries())
      for (const kpi of this.all) {
        const gauge = column.kind === 'gauge';
        if (matches(kpi.rule, schema, column)) feeds.push({ column: at, kpi, part: 'numerator', gauge });
        if (kpi.rule.per && matches(kpi.rule.per, schema, column))
          feeds.push({ column: at, kpi, part: 'denominator', gauge });
      }
    for (const { kpi } of feeds) kpi.feeders.add(probe);
    this.feeds.set(schema.hash, feeds);
  }

  /** Adds a frame's share to its tick. */
  push(schema: string, probe: string, timeMs: number, values: Float64Array, first = 0, bulk = false): void {
    for (const { column, kpi, part, gauge } of this.feeds.get(schema) ?? []) {
      const value = values[column - first] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const sum = kpi.pending.get(timeMs) ?? nothing();
      // Parts of a ratio that other probes tell were counted when they happened.
      if (bulk && !gauge && kpi.rule.per !== undefined && kpi.feeders.size > 1) sum.isUneven = true;
      sum[part] += value;
      if (gauge && part === 'numerator') sum.gauges++;
      sum.from.add(probe);
      kpi.pending.set(timeMs, sum);
    }
  }

  /** Finishes the ticks whose feeders have all reported. @param fromMs whoever was heard after this is waited for */
  settle(fromMs: number): void {
    for (const kpi of this.all) {
      const alive = [...kpi.feeders].filter((hash) => (this.watch.probes.get(hash)?.seenMs ?? -1) > fromMs);
      for (const [timeMs, sum] of [...kpi.pending].sort(([a], [b]) => a - b)) {
        if (alive.every((hash) => sum.from.has(hash))) this.finish(kpi, timeMs, sum);
        else if (timeMs >= fromMs) break;
        kpi.pending.delete(timeMs);
      }
    }
  }

  private finish(kpi: Kpi, timeMs: number, sum: Sum): void {
    const { numerator, denominator, gauges, isUneven } = sum;
    if (isUneven) {
      kpi.done.length = 0;
      kpi.lacks = ratioTicks;
      return;
    }
    const mean = gauges > 1 && !addsUp(kpi.rule.unit);
    kpi.done.push({ numerator: mean ? numerator / gauges : numerator, denominator });
    if (kpi.done.length > ratioTicks) kpi.done.shift();
    let value = kpi.done.at(-1)!.numerator;
    if (kpi.rule.per) {
      const under = kpi.done.reduce((total, tick) => total + tick.denominator, 0);
      if (kpi.lacks > 0) kpi.lacks--;
      if (under <= 0 || kpi.lacks > 0) return;
      value = kpi.done.reduce((total, tick) => total + tick.numerator, 0) / under;
      // Of a share both parts are counted, each when it happens: what began in an earlier tick may end in this one, and is no more than all.
      if (kpi.rule.unit === '1') value = Math.min(1, value);
    }
    kpi.series.keep(value, timeMs);
    this.watch.feed(kpi.series.index, timeMs, value);
  }
}
