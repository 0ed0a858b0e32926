// Every series under watch: schemas give them meaning, frames feed the detector bank, probes that stop are remembered.

import {
  type Anomaly,
  type Column,
  type DetectorRule,
  type Frame,
  type FrameSchema,
  hash64,
  limits,
  type MetricClass,
} from '@fenghuo/rules/contract';
import { BATCH, BEGAN, DetectorBank, NOTHING, RETURNED } from './detect/bank.ts';
import { FailedCalls } from './failed-calls.ts';
import type { Graph } from './graph.ts';
import { Groups } from './groups.ts';
import { figuresOf, type Layout } from './layout.ts';
import { metaOf } from './meta.ts';
import { Places } from './places.ts';
import { type Probe, Probes } from './probes.ts';
import { Readings } from './readings.ts';
import { Latest, Series, SeriesByIndex, unprobed } from './series.ts';
import { allShown, Shed } from './shed.ts';
import { Silences } from './silences.ts';
import { SlowCalls } from './slow-calls.ts';
import type { Baseline, SeriesMeta } from './types.ts';

/** A probe that has been away for so long is forgotten, and its series' detectors with it. */
const seriesAgeMsMax = 900_000;

/** A frame older than the last one of its probe is a late copy, and so is one of the same tick with no higher number: detectors rely on order within a series. */
const isCopy = ({ timeMs, incarnation, sequence }: Frame, last: Probe): boolean =>
  timeMs < last.tickMs || (timeMs === last.tickMs && incarnation === last.incarnation && sequence <= last.sequence);

export class Watch {
  readonly bank = new DetectorBank();
  readonly series = new SeriesByIndex();
  readonly places = new Places<Series>();
  readonly failed = new FailedCalls();
  readonly slow: SlowCalls;
  readonly probes = new Probes();
  /** Indices of series that are anomalous or silent now. */
  readonly active = new Set<number>();
  /** Those of them whose class opens incidents: on a fleet a small part, and looked through whenever something turned. */
  readonly opening = new Set<number>();
  readonly groups = new Groups();
  private readonly silences = new Silences(this.bank);
  private readonly byId = new Map<string, Series>();
  /** Series of calls to somebody, in the order in which they came: what a graph's edges and names concern. */
  readonly ofEdges = new Set<Series>();
  private readonly latest = new Latest();
  private readonly readings = new Readings();
  private readonly layouts = new Map<string, Layout>();
  private readonly graph: Graph;
  readonly detectors: readonly DetectorRule[];
  /** The rules of the classes whose figures may open an incident. */
  readonly opens: ReadonlyMap<MetricClass, DetectorRule>;
  readonly shed: Shed;
  private named = 0;
  /** Values of a frame's columns that are looked at, while some are not. */
  private readonly some = new Float64Array(limits.frameColumnsMax);

  constructor(graph: Graph, detectors: readonly DetectorRule[]) {
    this.graph = graph;
    this.detectors = detectors;
    this.opens = new Map(detectors.flatMap((rule) => (rule.opens ? [[rule.class, rule]] : [])));
    this.shed = new Shed(this.opens, this.active);
    this.slow = new SlowCalls(this.opens.get('latency'), (one) => this.expected(one).expected);
  }

  /** The series of a schema's columns; undefined where it has not been announced. */
  layoutOf(schema: string): Layout | undefined {
    return this.layouts.get(schema);
  }

  /** Takes a schema in; frames that carry its hash can be read from now on. Answers the series of its columns, in order. */
  learn(schema: FrameSchema, atMs: number): readonly Series[] {
    const known = this.layouts.get(schema.hash);
    if (known !== undefined) return known.series;
    const hash = hash64(schema.probe);
    const series = schema.columns.map((column) => this.known(schema, column, hash, atMs));
    const indices = Uint32Array.from(series, ({ index }) => index);
    const isForeign = this.readings.concerns(schema);
    const { columns } = schema;
    const state = { lastMs: -1, isOver: true };
    const shown = allShown(series, indices);
    this.layouts.set(schema.hash, {
      probe: hash,
      ...shown,
      ...figuresOf(series),
      columns,
      isForeign,
      ...state,
    });
    const { service, host } = schema.resource;
    this.probes.learn(hash, service, host);
    return series;
  }

  /** The series of this id; undefined where none is under watch. */
  find(id: string): Series | undefined {
    return this.byId.get(id);
  }

  /** Feeds one frame; undefined where it is unknown or late, else whether a series became anomalous or healthy. */
  push(frame: Frame, atMs: number): boolean | undefined {
    const layout = this.layouts.get(frame.schema);
    const probe = layout && this.probes.get(layout.probe);
    if (layout === undefined || probe === undefined || isCopy(frame, probe)) return undefined;
    if (this.graph.version !== this.named) this.rename();
    probe.seenMs = atMs;
    probe.tickMs = frame.timeMs;
    probe.incarnation = frame.incarnation;
    probe.sequence = frame.sequence;
    probe.samples = frame.values.length;
    const isPlain = !layout.isForeign && frame.first === undefined;
    const plain = isPlain ? frame : this.readings.plain(frame, layout.columns);
    this.note(layout, plain, atMs);
    const turned = this.detect(layout, plain);
    this.slow.take(layout, plain);
    this.failed.take(layout, plain.values);
    this.silences.heard(layout, frame.timeMs);
    return turned;
  }

  /** Keeps each series' last value, and that its edge has traffic. */
  private note({ series, indices, calls }: Layout, { values, timeMs }: Frame, atMs: number): void {
    this.latest.keep(indices, values, timeMs);
    for (const i of calls) {
      const one = series[i]!;
      if (!(values[i]! > 0)) continue;
      if (one.edge !== undefined && one.epoch === this.graph.epoch) one.edge.lastMs = Math.max(one.edge.lastMs, atMs);
      else {
        one.edge = this.graph.see(one.meta.caller!, one.meta.entity, one.protocol, atMs, 'traffic');
        one.epoch = this.graph.epoch;
      }
    }
  }

  private detect(layout: Layout, frame: Frame): boolean {
    // A frame of fewer columns than its schema promises leaves the rest missing.
    const count = Math.min(layout.indices.length, frame.values.length);
    if (this.shed.choose(layout)) return this.feedSome(layout.indices, count, frame.timeMs, frame.values);
    const { places, watched } = layout;
    let some = 0;
    for (; some < places.length && places[some]! < count; some++) this.some[some] = frame.values[places[some]!]!;
    this.shed.samples += count - some;
    return this.feedSome(watched, some, frame.timeMs, this.some);
  }

  private feedSome(indices: Uint32Array, count: number, timeMs: number, values: Float64Array): boolean {
    let turned = false;
    for (let first = 0; first < count; first += BATCH) {
      const some = Math.min(BATCH, count - first);
      const turns = this.bank.pushSome(indices, first, some, timeMs, values);
      for (let k = 0; k < some; k++)
        if (turns[k] !== NOTHING) turned = this.turn(indices[first + k]!, turns[k]!) || turned;
    }
    return turned;
  }

  /** Keeps `active` in step with what the bank said; whether a series became anomalous or healthy. */
  private turn(index: number, turn: number): boolean {
    if (turn === BEGAN) {
      this.stir(index);
      this.shed.spokeUp(index);
    } else if (this.bank.anomaly(index) === undefined) this.calm(index);
    return turn !== RETURNED;
  }

  /** One sample into the bank. */
  feed(index: number, timeMs: number, value: number): boolean {
    const turn = this.bank.push(index, timeMs, value);
    return turn !== NOTHING && this.turn(index, turn);
  }

  /** Notes the series that fell silent by `timeMs`. */
  silence(timeMs: number): void {
    for (const index of this.silences.until(timeMs, this.layouts.values()))
      if (this.series.has(index)) this.stir(index);
  }

  private stir(index: number): void {
    this.active.add(index);
    if (this.opens.has(this.series.get(index)!.meta.class)) this.opening.add(index);
  }

  private calm(index: number): void {
    this.active.delete(index);
    this.opening.delete(index);
  }

  /** Registers a series that no probe sends (a KPI). */
  add(meta: SeriesMeta): Series {
    const index = this.bank.add(meta, 1_000);
    const made = new Series(index, meta, unprobed, this.latest);
    this.series.add(made);
    this.places.add(made);
    this.silences.add(index);
    return made;
  }

  /** The detector's word on a series, under the name that the graph gives its entity now, beside the band that it is judged by. */
  anomaly(index: number): Anomaly | undefined {
    const said = this.bank.anomaly(index);
    const one = this.series.get(index);
    return said === undefined || one === undefined
      ? undefined
      : { ...said, entity: one.meta.entity, ...this.expected(one) };
  }

  /**
   * Whose past says what is usual of a series. The age of an unanswered call is 0 while all is well, and any age would be infinitely many
   * deviations from it: it is judged by what the calls of its edge take.
   */
  private judgedBy(one: Series): number {
    const { ages, bodies } = this.groups;
    if (one.callee === undefined || one.meta.class !== 'latency') return one.index;
    const body = ages.get(one.calls) === one ? bodies.get(one.calls) : undefined;
    return (body ?? one).index;
  }

  /** What a series was like while healthy. */
  baseline(one: Series): Baseline {
    return this.bank.baseline(this.judgedBy(one));
  }

  /** Expected value and band, in the metric's unit. */
  expected(one: Series): ReturnType<DetectorBank['expected']> {
    return this.bank.expected(this.judgedBy(one));
  }

  /** Calls behind a figure in its last tick; undefined where nobody counts them. */
  callsOf(one: Series): number | undefined {
    const count = this.groups.counts.get(one.calls);
    return count === undefined || count.lastMs !== one.lastMs ? undefined : count.last;
  }

  /** Forgets what has not reported for a quarter of an hour. */
  prune(atMs: number): void {
    const gone = new Set<string>();
    for (const { hash, seenMs } of this.probes.values())
      if (seenMs >= 0 && atMs - seenMs > seriesAgeMsMax) gone.add(hash);
    if (gone.size === 0) return;
    for (const hash of gone) this.probes.delete(hash);
    for (const [key, { probe }] of this.layouts) if (gone.has(probe)) this.layouts.delete(key);
    for (const one of this.series.values()) if (gone.has(one.probe)) this.forget(one);
  }

  private forget(one: Series): void {
    this.bank.remove(one.index);
    this.calm(one.index);
    this.shed.forget(one.index);
    this.failed.forget(one.index);
    this.slow.forget(one.index);
    this.series.delete(one.index);
    this.places.remove(one);
    this.byId.delete(one.meta.id);
    this.ofEdges.delete(one);
    this.readings.forget(one.meta.id);
    this.groups.remove(one);
  }

  private known(schema: FrameSchema, column: Column, probe: string, atMs: number): Series {
    const before = this.byId.get(column.id);
    if (before !== undefined) return before;
    const isCall = schema.resource.service !== undefined && column.edge?.role !== 'consumer';
    const edge = isCall ? column.edge : undefined;
    const meta = metaOf(schema, column, this.graph, this.detectors);
    const attributes = Object.keys(column.attributes)
      .sort()
      .map((key) => `${key}=${column.attributes[key]}`);
    const calls = edge
      ? [probe, edge.callee, edge.protocol, edge.operation ?? ''].join('\u0000')
      : [probe, column.metric, ...attributes].join('\u0000');
    const index = this.bank.add(meta, 1_000);
    const made = new Series(
      index,
      meta,
      { probe, callee: edge?.callee, protocol: edge?.protocol ?? '', calls },
      this.latest,
    );
    this.latest.begin(index, atMs);
    this.series.add(made);
    this.places.add(made);
    this.byId.set(column.id, made);
    if (meta.caller !== undefined) this.ofEdges.add(made);
    this.groups.add(made, this.opens.has(meta.class));
    return made;
  }

  private rename(): void {
    this.named = this.graph.version;
    for (const one of this.ofEdges)
      if (one.callee !== undefined) this.places.rename(one, this.graph.resolve(one.callee));
  }
}
