// Preventive findings: what drifts toward a bound, and which counters have stalled. They are told and listed; nobody is woken, no incident begins.
import { type Check, type FrameSchema, limits } from '@fenghuo/rules/contract';
import { Drifts } from '../detect/drift.ts';
import { bankDefaults } from '../detect/options.ts';
import { looksOf } from '../detect/readings.ts';
import { Stalls } from '../detect/stall.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { boundedOf, countersOf } from './candidates.ts';
import { type Limited, Rushing } from './rushing.ts';
import { checkId, driftCheck, stallCheck } from './words.ts';

/** What fills up does so slowly: it is looked at so often. */
const driftEveryMs = 5_000;

type Bounded = { readonly one: Series; readonly place: number; readonly bound: Series | number };
type Counter = { readonly one: Series; readonly place: number; fedMs: number };
/** What is followed of one probe. */
type Followed = {
  readonly bounded: Map<number, Bounded>;
  readonly counters: Map<number, Counter>;
  readonly calls: Map<number, Series>;
};

export class Checks {
  /** Findings that the log has told and not cleared, by id. */
  readonly told = new Map<string, Check>();
  /** What stands now by the detectors. */
  private readonly standing = new Map<string, Check>();
  private readonly probes = new Map<string, Followed>();
  /** What fills up to a limit that is told beside it, and how fast. */
  readonly rushing = new Rushing();
  private readonly drifts = new Drifts();
  private readonly stalls = new Stalls(bankDefaults.decades + looksOf(limits.tickMs));
  private lookedMs = -1;

  /** How often a series found no room to be followed. */
  get refused(): number {
    return this.drifts.refused + this.stalls.refused;
  }

  /** Follows what a schema has to offer; what is followed already stays. `series` are those of its columns, in order. */
  learn(schema: FrameSchema, series: readonly Series[]): void {
    const metas = series.map(({ meta }) => meta);
    const before = this.probes.get(schema.probe);
    const of: Followed = before ?? { bounded: new Map(), counters: new Map(), calls: new Map() };
    const limited: Limited[] = [];
    for (const { column, way, bound } of boundedOf(schema, metas)) {
      const one = series[column]!;
      const limit = typeof bound === 'number' ? bound : series[bound.column]!;
      if (typeof limit !== 'number') limited.push({ one, limit });
      const place = of.bounded.has(one.index) ? undefined : this.drifts.open(way);
      if (place === undefined) continue;
      of.bounded.set(one.index, { one, place, bound: limit });
    }
    this.rushing.learn(schema.hash, limited);
    const { counters, calls } = countersOf(schema, metas);
    for (const at of counters) {
      const one = series[at]!;
      const place = of.counters.has(one.index) ? undefined : this.stalls.open();
      if (place !== undefined) of.counters.set(one.index, { one, place, fedMs: -1 });
    }
    for (const at of calls) of.calls.set(series[at]!.index, series[at]!);
    if (before === undefined) this.probes.set(schema.probe, of);
  }

  /** Looks at the last samples; once a tick is enough. */
  look(tickMs: number): void {
    if (tickMs <= this.lookedMs) return;
    this.lookedMs = tickMs;
    const isDriftDue = tickMs % driftEveryMs === 0;
    for (const of of this.probes.values()) {
      if (isDriftDue) for (const bounded of of.bounded.values()) this.drift(bounded, tickMs);
      if (of.counters.size > 0) this.stall(of, tickMs);
    }
  }

  private drift({ one, place, bound }: Bounded, tickMs: number): undefined {
    const limit = typeof bound === 'number' ? bound : bound.last;
    if (one.lastMs < tickMs - driftEveryMs || Number.isNaN(one.last) || Number.isNaN(limit)) return;
    if (!this.drifts.put(place, tickMs, one.last, limit)) return;
    const found = this.drifts.read(place);
    this.keep(checkId(one.meta, 'drift'), found && driftCheck(one.meta, found, tickMs));
  }

  private stall({ counters, calls }: Followed, tickMs: number): undefined {
    let traffic = 0;
    for (const one of calls.values()) if (one.lastMs >= tickMs - limits.tickMs && one.last > 0) traffic += one.last;
    for (const counter of counters.values()) {
      const { one, place } = counter;
      if (one.lastMs <= counter.fedMs || Number.isNaN(one.last)) continue;
      counter.fedMs = one.lastMs;
      if (!this.stalls.put(place, one.last, traffic)) continue;
      const found = this.stalls.read(place);
      this.keep(checkId(one.meta, 'stall'), found && stallCheck(one.meta, found, tickMs));
    }
  }

  private keep(id: string, found: Check | undefined): undefined {
    if (found === undefined) this.standing.delete(id);
    else this.standing.set(id, found);
  }

  /** What stands and was not told yet, within the limit; and what was told and stands no more. */
  turned(): { readonly raised: readonly Check[]; readonly cleared: readonly Check[] } {
    const cleared = [...this.told.values()].filter(({ id }) => !this.standing.has(id));
    const room = limits.checksMax - this.told.size + cleared.length;
    const raised = [...this.standing.values()].filter(({ id }) => !this.told.has(id)).slice(0, Math.max(0, room));
    return { raised, cleared };
  }

  /** Forgets series that the engine no longer watches. */
  prune(watch: Watch): void {
    this.rushing.prune((one) => watch.series.get(one.index) === one);
    for (const [probe, { bounded, counters, calls }] of this.probes) {
      for (const { one, place } of bounded.values())
        if (watch.series.get(one.index) !== one) {
          bounded.delete(one.index);
          this.drifts.close(place);
          this.standing.delete(checkId(one.meta, 'drift'));
        }
      for (const { one, place } of counters.values())
        if (watch.series.get(one.index) !== one) {
          counters.delete(one.index);
          this.stalls.close(place);
          this.standing.delete(checkId(one.meta, 'stall'));
        }
      for (const one of calls.values()) if (watch.series.get(one.index) !== one) calls.delete(one.index);
      if (bounded.size + counters.size + calls.size === 0) this.probes.delete(probe);
    }
  }
}
