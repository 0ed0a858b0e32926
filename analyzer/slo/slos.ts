// All objectives over the stream: schemas say what counts, frames are counted into budgets, and each alert says whether it holds.
import {
  type BurnPolicy,
  type DecisionOf,
  type Frame,
  type FrameSchema,
  type LiveSlo,
  limits,
  type Slo,
} from '@fenghuo/rules/contract';
import type { Graph } from '../graph.ts';
import { Readings } from '../readings.ts';
import { Budget } from './budget.ts';
import { type Counted, type Feed, feedsOf } from './sources.ts';

/** Counts go to the log so often: a new engine reads a quarter of an hour of frames again, and the rest from there. */
export const accountMs = 600_000;
/** What comes later than this belongs to a time slice that is judged. */
const sliceGraceMs = 3_000;
/** A lump from the log is spread over its minutes. */
const lumps = 10;

export type Objective = {
  readonly slo: Slo;
  readonly budget: Budget;
  /** Counted since the log was told: what the next account says. */
  pending: { fromMs: number; toMs: number; good: number; all: number };
  /** Time slices that are not over yet, by number. */
  readonly slices: Map<number, { good: number; all: number }>;
  /** Number of the first slice that is not judged yet, and events that came for one that was. */
  openSlice: number;
  late: number;
};
/** An alert that was told and has not been called off: the incident it concerns, and whether it opened it. */
export type Told = { readonly incident?: string | undefined; readonly opened: boolean };
type Layout = {
  readonly schema: FrameSchema;
  /** Whether its frames must first be made plain. */
  readonly isForeign: boolean;
  /** What its feeds were looked for in: names that addresses mean, and who is called. */
  known: string;
  feeds: readonly { readonly of: Objective; readonly feed: Feed }[];
};

/** The name of one of an objective's alerts in the log. */
export const alertKey = (slo: string, { severity, longMs, shortMs, burn }: BurnPolicy): string =>
  `${slo} ${severity} ${burn} ${longMs} ${shortMs}`;

export class Slos {
  readonly all: readonly Objective[];
  readonly told = new Map<string, Told>();
  private readonly layouts = new Map<string, Layout>();
  /** Whom probes call, as they name them. */
  private readonly callees = new Set<string>();
  private readonly readings = new Readings();
  private readonly graph: Graph;

  constructor(slos: readonly Slo[], graph: Graph) {
    this.graph = graph;
    this.all = slos.map((slo) => ({
      slo,
      budget: new Budget(slo),
      pending: { fromMs: 0, toMs: 0, good: 0, all: 0 },
      slices: new Map(),
      openSlice: 0,
      late: 0,
    }));
  }

  learn(schema: FrameSchema): void {
    if (this.all.length === 0 || this.layouts.has(schema.hash)) return;
    if (this.layouts.size >= layoutsMax) this.forget(this.layouts.keys().next().value ?? '');
    for (const { edge } of schema.columns) if (edge !== undefined) this.callees.add(edge.callee);
    this.layouts.set(schema.hash, { schema, isForeign: this.readings.concerns(schema), known: '', feeds: [] });
  }

  private forget(hash: string): void {
    for (const { id } of this.layouts.get(hash)?.schema.columns ?? []) this.readings.forget(id);
    this.layouts.delete(hash);
  }

  /** Counts a frame. Frames that are late are not given here. */
  push(frame: Frame): void {
    const layout = this.layouts.get(frame.schema);
    if (layout === undefined) return;
    if (layout.known !== `${this.graph.version} ${this.callees.size}`) this.find(layout);
    if (layout.feeds.length === 0) return;
    const { isForeign, schema } = layout;
    const { values } = isForeign || frame.first !== undefined ? this.readings.plain(frame, schema.columns) : frame;
    for (const { of, feed } of layout.feeds) {
      const counted = feed(values);
      if (counted !== undefined) this.count(of, frame.timeMs, counted);
    }
  }

  /** Moves every budget on to the present. */
  moveTo(tickMs: number): void {
    for (const one of this.all) {
      const { windowMs, target } = one.slo.slices ?? {};
      if (windowMs !== undefined)
        for (const [number, { good, all }] of one.slices) {
          if ((number + 1) * windowMs + sliceGraceMs > tickMs) continue;
          one.slices.delete(number);
          one.openSlice = Math.max(one.openSlice, number + 1);
          const share = all <= 0 ? 1 : Math.min(1, Math.max(0, good / all));
          if (all > 0) this.keep(one, number * windowMs, target === undefined ? share : share >= target ? 1 : 0, 1);
        }
      one.budget.moveTo(tickMs);
    }
  }

  /** Takes an account out of the log: what of it was not counted from frames is added, so that nothing is counted twice. */
  accounted({ slo, fromMs, toMs, good, all }: DecisionOf<'slo.budget'>): void {
    const one = this.all.find((o) => o.slo.name === slo);
    if (one === undefined) return;
    const [goodLeft, allLeft] = [good - one.pending.good, all - one.pending.all];
    if (Math.abs(allLeft) > 1e-6)
      for (let i = 0; i < lumps; i++)
        one.budget.add(fromMs + ((toMs - fromMs) * i) / lumps, goodLeft / lumps, allLeft / lumps);
    one.pending = { fromMs: toMs, toMs, good: 0, all: 0 };
  }

  /** Each objective as it stands, for whoever watches. */
  live(): LiveSlo[] {
    return this.all.map(({ slo: { name: slo, title, service, target, periodMs }, budget }) => {
      const { goods: good = 0, total: all = 0 } = budget.window(periodMs) ?? {};
      const { left, burns, sinceMs = null } = budget;
      return { slo, title, service, target, periodMs, good, all, sinceMs, left, burns };
    });
  }

  /** Whether an incident was opened by an alert that still holds. */
  keepsOpen(incident: string): boolean {
    for (const { slo, budget } of this.all)
      for (const { policy, holds } of budget.burns) {
        const told = this.told.get(alertKey(slo.name, policy));
        if (holds && told?.opened === true && told.incident === incident) return true;
      }
    return false;
  }

  private find(layout: Layout): void {
    layout.known = `${this.graph.version} ${this.callees.size}`;
    const { schema } = layout;
    const called = new Set([...this.callees].map((callee) => this.graph.resolve(callee)));
    layout.feeds = this.all.flatMap((of) =>
      feedsOf(
        of.slo,
        schema,
        (callee) => this.graph.resolve(callee),
        (entity) => called.has(entity),
      ).map((feed) => ({ of, feed })),
    );
  }

  private count(one: Objective, timeMs: number, { good, all }: Counted): void {
    const { slices } = one.slo;
    if (slices === undefined) {
      this.keep(one, timeMs, good, all);
      return;
    }
    const number = Math.floor(timeMs / slices.windowMs);
    if (number < one.openSlice) {
      one.late += all;
      return;
    }
    const slice = one.slices.get(number) ?? { good: 0, all: 0 };
    slice.good += good;
    slice.all += all;
    one.slices.set(number, slice);
  }

  private keep(one: Objective, timeMs: number, good: number, all: number): void {
    one.budget.add(timeMs, good, all);
    const { pending } = one;
    if (pending.fromMs === 0) pending.fromMs = timeMs;
    pending.toMs = Math.max(pending.toMs, timeMs);
    pending.good += good;
    pending.all += all;
  }
}

/** Schemas remembered: as many as there are probes, a few times over. */
const layoutsMax = 20_000;
if (accountMs > 900_000) throw new Error('slo: what is read again after a start must reach back to the last account');
if (limits.tickMs > sliceGraceMs) throw new Error('slo: a slice waits for at least a tick');
