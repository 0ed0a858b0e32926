// OTLP metrics: a point is recognised by the bytes of its resource, scope, metric and attributes; values go straight into the source.
import { classify } from '@fenghuo/rules/catalog';
import { hash64, type Resource, type Stat, type ValueKind } from '@fenghuo/rules/contract';
import { BytesIndex } from './bytes-index.ts';
import { within } from './describe.ts';
import { Key } from './key.ts';
import { KnownTexts } from './known-texts.ts';
import { receiveLimits } from './limits.ts';
import { OtlpPoints } from './otlp-points.ts';
import { Shapes } from './otlp-shapes.ts';
import { asText, keyValue, readResource } from './otlp-values.ts';
import { eachItem, eachScope, type Places } from './otlp-walk.ts';
import { Reader } from './protobuf.ts';
import { SeriesIndex } from './series-index.ts';
import type { Source } from './source.ts';
import type { Taken } from './taken.ts';

/** A metric of a resource and scope, as its points need it. */
export type Metric = {
  readonly number: number;
  readonly resource: Resource;
  readonly scope: string;
  readonly name: string;
  readonly unit: string;
  readonly isMonotonic: boolean;
  readonly isCumulative: boolean;
};
/** Resources and metrics that are known at once beyond the number of series; then all are met anew. */
const UNUSED_MAX = 200_000;
/** Tags of a Metric: field number × 8 + wire type. */
const NAME = 0x0a;
const UNIT = 0x1a;
const GAUGE = 0x2a;
const SUM = 0x3a;
const HISTOGRAM = 0x4a;
const EXPONENTIAL = 0x52;
const SUMMARY = 0x5a;
const DELTA = 1;
const CUMULATIVE = 2;

export class OtlpMetrics {
  index: SeriesIndex;
  private readonly seed: number;
  private readonly unusedMax: number;
  private metrics: BytesIndex;
  private known: Metric[] = [];
  /** Numbers of what metrics are of: a resource with a scope. */
  private owners: BytesIndex;
  private shapes = new Shapes();
  /** Series that were looked up and not known, since the start. */
  private met = 0;
  /** What a metric is recognised by, and a figure of one of its points: apart, since one outlives many of the other. */
  private readonly metricKey = new Key();
  private readonly pointKey = new Key();
  private readonly points: OtlpPoints;
  private readonly source: Source;
  private readonly texts: KnownTexts;

  /** @param unusedMax metrics and resources without a series that are remembered */
  constructor(source: Source, seed: number, unusedMax = UNUSED_MAX) {
    this.seed = seed;
    this.unusedMax = unusedMax;
    this.index = new SeriesIndex(seed);
    this.metrics = new BytesIndex(seed);
    this.owners = new BytesIndex(seed);
    this.source = source;
    this.texts = new KnownTexts(seed);
    this.points = new OtlpPoints(source, (metric, part, bound, reader, taken) =>
      this.series(metric, part, bound, reader, taken),
    );
  }

  /** Takes an ExportMetricsServiceRequest in. Throws Refusal where it is corrupt: then nothing after the fault was taken. */
  take(bytes: Uint8Array, taken: Taken): void {
    // Of those that have series there are as many at the most: whoever has more invents them. What is met anew is taken for new series.
    const most = this.source.live + this.unusedMax;
    if (this.known.length > most || this.owners.size > most) {
      this.metrics = new BytesIndex(this.seed);
      this.owners = new BytesIndex(this.seed);
      this.index = new SeriesIndex(this.seed);
      this.shapes = new Shapes();
      this.known = [];
    }
    const reader = new Reader(bytes, 0, bytes.length, this.texts);
    const { metricKey } = this;
    eachScope(reader, (places) => {
      const { resourceFrom, resourceTo, scopeFrom, scopeTo } = places;
      const end = metricKey.put(metricKey.put(0, bytes, resourceFrom, resourceTo), bytes, scopeFrom, scopeTo);
      const known = this.owners.find(metricKey.bytes, metricKey.view, 0, end);
      const owner = known < 0 ? this.owners.add(metricKey.bytes, metricKey.view, 0, end) : known;
      eachItem(reader, () => {
        if (!this.shapes.play(reader, owner, this.source)) this.metric(reader, owner, places, taken);
      });
    });
  }

  /** Series that the source let go. */
  forget(gone: ReadonlySet<number>): void {
    this.index.forget(gone);
    this.shapes = new Shapes();
  }

  private metric(reader: Reader, owner: number, places: Places, taken: Taken): void {
    const { bytes, at: start, end: whole } = reader;
    const { met } = this;
    let [nameFrom, nameTo, unitFrom, unitTo, dataAt, dataEnd, type] = [0, 0, 0, 0, 0, 0, 0];
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if ((tag & 7) !== 2) {
        reader.skip(tag);
        continue;
      }
      const length = reader.length();
      const [from, to] = [reader.at, reader.at + length];
      if (tag === NAME) [nameFrom, nameTo] = [from, to];
      else if (tag === UNIT) [unitFrom, unitTo] = [from, to];
      else if (tag === GAUGE || tag === SUM || tag === HISTOGRAM || tag === EXPONENTIAL || tag === SUMMARY)
        [dataAt, dataEnd, type] = [from, to, tag];
      reader.at = to;
    }
    if (type === 0) return;
    if (nameTo === nameFrom) {
      taken.refuse('point_invalid', 1, 'a metric has no name');
      return;
    }
    reader.at = dataAt;
    reader.end = dataEnd;
    let temporality = 0;
    let isMonotonic = false;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x10) temporality = reader.varint();
      else if (tag === 0x18 && type === SUM) isMonotonic = reader.varint() !== 0;
      else reader.skip(tag);
    }
    const isSummary = type === SUMMARY;
    const isGauge = type === GAUGE;
    if (!isGauge && !isSummary && temporality !== DELTA && temporality !== CUMULATIVE) {
      taken.refuse('point_invalid', 1, 'a metric says neither delta nor cumulative');
      return;
    }
    const { metricKey: key } = this;
    const end = key.put(key.put(6, bytes, nameFrom, nameTo), bytes, unitFrom, unitTo);
    key.bytes[0] = type;
    key.bytes[1] = temporality * 2 + (isMonotonic ? 1 : 0);
    key.view.setInt32(2, owner, true);
    let number = this.metrics.find(key.bytes, key.view, 0, end);
    if (number < 0) {
      const { resourceFrom, resourceTo, scopeFrom, scopeTo } = places;
      const text = (from: number, to: number): string => this.texts.text(bytes, reader.view, from, to);
      // Read first: what cannot be read must not be known by a number.
      const met = {
        resource: readResource(new Reader(bytes, resourceFrom, resourceTo, this.texts)),
        scope: scopeName(new Reader(bytes, scopeFrom, scopeTo, this.texts)),
        name: text(nameFrom, nameTo),
        unit: text(unitFrom, unitTo) || '1',
        isMonotonic,
        isCumulative: isSummary || temporality === CUMULATIVE,
      };
      number = this.metrics.add(key.bytes, key.view, 0, end);
      this.known[number] = { number, ...met };
    }
    const metric = this.known[number]!;
    reader.at = dataAt;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== 0x0a) {
        reader.skip(tag);
        continue;
      }
      const end = reader.end;
      const length = reader.length();
      const next = reader.at + length;
      reader.end = next;
      if (isGauge || type === SUM) this.points.number(reader, metric, isGauge, taken, this.shapes);
      else if (type === HISTOGRAM) this.points.histogram(reader, metric, taken);
      else if (type === EXPONENTIAL) this.points.exponential(reader, metric, taken);
      else this.points.summary(reader, metric, taken);
      reader.at = next;
      reader.end = end;
    }
    // A sender that invents series does not have what it invents kept twice.
    if (!(isGauge || type === SUM) || met !== this.met) this.shapes.spoil();
    this.shapes.keep(owner, reader, start, whole);
  }

  /** The source's number of one figure of a point; its attributes' places are in `points`. */
  private series(metric: Metric, part: Part, bound: number, reader: Reader, taken: Taken): number {
    const { starts, ends, count } = this.points.attributes;
    const { pointKey: key } = this;
    key.room(16);
    key.view.setInt32(0, metric.number, true);
    key.view.setInt32(4, parts.indexOf(part), true);
    key.view.setFloat64(8, bound, true);
    let end = 16;
    for (let i = 0; i < count; i++) end = key.put(end, reader.bytes, starts[i]!, ends[i]!);
    const known = this.index.find(key.bytes, key.view, 0, end);
    if (known >= 0) return known;
    this.met++;
    if (end > receiveLimits.labelBytesMax || count > receiveLimits.labelsMax)
      return taken.refuse(
        'labels_too_many',
        1,
        `a point has ${count} attributes of ${end} bytes, at most ${receiveLimits.labelsMax} of ${receiveLimits.labelBytesMax}`,
      );
    const attributes: Record<string, string> = {};
    const { at, end: whole } = reader;
    for (let i = 0; i < count; i++) {
      reader.at = starts[i]!;
      reader.end = ends[i]!;
      const [name, value] = keyValue(reader);
      attributes[within(name, hash64)] = within(asText(value), hash64);
    }
    reader.at = at;
    reader.end = whole;
    if (metric.scope !== '') attributes['otel.scope.name'] = within(metric.scope, hash64);
    const series = taken.register({
      resource: metric.resource,
      column: { ...columnFor(metric, part, bound), attributes: { ...attributes, ...boundOf(part, bound) } },
    });
    if (series >= 0) this.index.add(key.bytes, key.view, 0, end, series);
    return series;
  }
}

/** Which figure of a point a series holds. */
export const parts = ['gauge', 'sum', 'count', 'total', 'min', 'max', 'bucket', 'quantile'] as const;
export type Part = (typeof parts)[number];

const quantileStats: ReadonlyMap<number, Stat> = new Map([
  [0, 'min'],
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.99, 'p99'],
  [1, 'max'],
]);

const boundOf = (part: Part, bound: number): Record<string, string> => {
  if (part === 'bucket') return { 'bucket.upper': String(bound) };
  return part === 'quantile' && !quantileStats.has(bound) ? { quantile: String(bound) } : {};
};

const columnFor = (metric: Metric, part: Part, bound: number) => {
  const added: ValueKind = metric.isCumulative ? 'cumulative' : 'delta';
  const found = classify(metric.name, metric.unit).class;
  const of = { metric: within(metric.name, hash64), unit: within(metric.unit, hash64) };
  switch (part) {
    case 'gauge':
      return { ...of, kind: 'gauge' as const, class: found };
    case 'sum':
      // A sum that may fall is a level: its cumulative readings are what an operator looks at.
      return { ...of, kind: metric.isMonotonic || !metric.isCumulative ? added : ('gauge' as const), class: found };
    case 'count':
      return { ...of, unit: '1', kind: added, class: 'traffic' as const, stat: 'count' as const };
    case 'total':
      return { ...of, kind: added, class: 'resource' as const, stat: 'sum' as const };
    case 'min':
    case 'max':
      return { ...of, kind: 'gauge' as const, class: metric.isCumulative ? ('resource' as const) : found, stat: part };
    case 'bucket':
      return { ...of, unit: '1', kind: added, class: 'resource' as const, stat: 'bucket' as const };
    case 'quantile': {
      const stat = quantileStats.get(bound);
      return { ...of, kind: 'gauge' as const, class: found, ...(stat === undefined ? {} : { stat }) };
    }
  }
};

const scopeName = (reader: Reader): string => {
  let name = '';
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag())
    if (tag === 0x0a) name = reader.text(reader.length());
    else reader.skip(tag);
  return name;
};
