// The points of OTLP metrics, one method a kind: what was sent is stored exactly; buckets by their upper bound, each with its own count.
import { receiveLimits } from './limits.ts';
import type { Metric, Part } from './otlp-metrics.ts';
import type { Shapes } from './otlp-shapes.ts';
import { inside } from './otlp-values.ts';
import type { Reader } from './protobuf.ts';
import type { Source } from './source.ts';
import type { Taken } from './taken.ts';

const ATTRIBUTES_MAX = receiveLimits.labelsMax + 1;
const BUCKETS_MAX = 1_024;
const NO_RECORDED_VALUE = 1;

export type SeriesOf = (metric: Metric, part: Part, bound: number, reader: Reader, taken: Taken) => number;

export class OtlpPoints {
  /** Places of the point's attributes in the request. */
  readonly attributes = { starts: new Int32Array(ATTRIBUTES_MAX), ends: new Int32Array(ATTRIBUTES_MAX), count: 0 };
  private readonly source: Source;
  private readonly seriesOf: SeriesOf;
  private readonly counts = new Float64Array(BUCKETS_MAX);
  private readonly bounds = new Float64Array(BUCKETS_MAX);
  private offset = 0;

  constructor(source: Source, seriesOf: SeriesOf) {
    this.source = source;
    this.seriesOf = seriesOf;
  }

  /** @param shapes told where the point's numbers stand, or that it is none of the kind */
  number(reader: Reader, metric: Metric, isGauge: boolean, taken: Taken, shapes: Shapes): void {
    this.attributes.count = 0;
    let timeMs = 0;
    let value = Number.NaN;
    let [startAt, timeAt, valueAt] = [-1, -1, -1];
    let isInteger = false;
    let isPlain = true;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x3a) this.attribute(reader);
      else if (tag === 0x19) {
        if (timeAt >= 0) isPlain = false;
        timeAt = reader.at;
        timeMs = reader.nanosAsMs();
      } else if (tag === 0x21 || tag === 0x31) {
        if (valueAt >= 0) isPlain = false;
        valueAt = reader.at;
        isInteger = tag === 0x31;
        value = isInteger ? reader.sfixed64() : reader.double();
      } else if (tag === 0x11) {
        if (startAt >= 0) isPlain = false;
        startAt = reader.at;
        reader.skip(tag);
      } else {
        isPlain = false;
        if (tag === 0x40) {
          if ((reader.varint() & NO_RECORDED_VALUE) !== 0) value = Number.NaN;
        } else this.other(reader, tag, 0x2a, taken);
      }
    }
    const series = this.seriesOf(metric, isGauge ? 'gauge' : 'sum', 0, reader, taken);
    if (isPlain) shapes.point(startAt, timeAt, valueAt, isInteger, series);
    else shapes.spoil();
    if (series >= 0) this.source.sample(series, timeMs, value);
    else taken.lost++;
  }

  histogram(reader: Reader, metric: Metric, taken: Taken): void {
    this.attributes.count = 0;
    let [timeMs, count, buckets, bounds] = [0, 0, 0, 0];
    let [sum, min, max] = [Number.NaN, Number.NaN, Number.NaN];
    let isRecorded = true;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x4a) this.attribute(reader);
      else if (tag === 0x19) timeMs = reader.nanosAsMs();
      else if (tag === 0x21) count = reader.sfixed64();
      else if (tag === 0x29) sum = reader.double();
      else if (tag === 0x32) buckets = this.packed(reader, this.counts, buckets, () => reader.sfixed64());
      else if (tag === 0x31) buckets = this.one(this.counts, buckets, reader.sfixed64());
      else if (tag === 0x3a) bounds = this.packed(reader, this.bounds, bounds, () => reader.double());
      else if (tag === 0x39) bounds = this.one(this.bounds, bounds, reader.double());
      else if (tag === 0x50) isRecorded = (reader.varint() & NO_RECORDED_VALUE) === 0;
      else if (tag === 0x59) min = reader.double();
      else if (tag === 0x61) max = reader.double();
      else this.other(reader, tag, 0x42, taken);
    }
    if (buckets > BUCKETS_MAX || (buckets > 0 && buckets !== bounds + 1)) {
      taken.refuse(
        'point_invalid',
        1,
        `a histogram has ${buckets} buckets and ${bounds} bounds, at most ${BUCKETS_MAX}`,
      );
      taken.lost++;
      return;
    }
    if (!isRecorded) count = Number.NaN;
    this.summaryFigures(metric, timeMs, count, sum, min, max, reader, taken);
    for (let i = 0; isRecorded && i < buckets; i++)
      this.put(
        metric,
        'bucket',
        i < bounds ? this.bounds[i]! : Number.POSITIVE_INFINITY,
        timeMs,
        this.counts[i]!,
        reader,
        taken,
      );
  }

  exponential(reader: Reader, metric: Metric, taken: Taken): void {
    this.attributes.count = 0;
    let [timeMs, count, scale, zeros, threshold] = [0, 0, 0, 0, 0];
    let [sum, min, max] = [Number.NaN, Number.NaN, Number.NaN];
    let isRecorded = true;
    let [positive, negative] = [-1, -1];
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x0a) this.attribute(reader);
      else if (tag === 0x19) timeMs = reader.nanosAsMs();
      else if (tag === 0x21) count = reader.sfixed64();
      else if (tag === 0x29) sum = reader.double();
      else if (tag === 0x30) scale = zigzag(reader.varint());
      else if (tag === 0x39) zeros = reader.sfixed64();
      else if (tag === 0x42) {
        positive = reader.at;
        reader.skip(tag);
      } else if (tag === 0x4a) {
        negative = reader.at;
        reader.skip(tag);
      } else if (tag === 0x50) isRecorded = (reader.varint() & NO_RECORDED_VALUE) === 0;
      else if (tag === 0x61) min = reader.double();
      else if (tag === 0x69) max = reader.double();
      else if (tag === 0x71) threshold = reader.double();
      else this.other(reader, tag, 0x5a, taken);
    }
    if (!isRecorded) count = Number.NaN;
    this.summaryFigures(metric, timeMs, count, sum, min, max, reader, taken);
    if (!isRecorded) return;
    if (zeros > 0) this.put(metric, 'bucket', threshold, timeMs, zeros, reader, taken);
    const step = 2 ** -scale;
    this.side(reader, positive, taken, (index, n) =>
      this.put(metric, 'bucket', 2 ** ((index + 1) * step), timeMs, n, reader, taken),
    );
    this.side(reader, negative, taken, (index, n) =>
      this.put(metric, 'bucket', -(2 ** (index * step)), timeMs, n, reader, taken),
    );
  }

  summary(reader: Reader, metric: Metric, taken: Taken): void {
    this.attributes.count = 0;
    let [timeMs, count, quantiles] = [0, 0, 0];
    let sum = Number.NaN;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 0x3a) this.attribute(reader);
      else if (tag === 0x19) timeMs = reader.nanosAsMs();
      else if (tag === 0x21) count = reader.sfixed64();
      else if (tag === 0x29) sum = reader.double();
      else if (tag === 0x32) {
        const at = quantiles;
        if (at < BUCKETS_MAX) this.bounds[at] = this.counts[at] = 0;
        inside(reader, () => {
          for (let field = reader.tag(); field !== 0; field = reader.tag())
            if (field === 0x09) this.one(this.bounds, at, reader.double());
            else if (field === 0x11) this.one(this.counts, at, reader.double());
            else reader.skip(field);
        });
        quantiles = Math.min(BUCKETS_MAX, quantiles + 1);
      } else this.other(reader, tag, 0, taken);
    }
    this.summaryFigures(metric, timeMs, count, sum, Number.NaN, Number.NaN, reader, taken);
    for (let i = 0; i < quantiles; i++)
      this.put(metric, 'quantile', this.bounds[i]!, timeMs, this.counts[i]!, reader, taken);
  }

  private summaryFigures(
    metric: Metric,
    timeMs: number,
    count: number,
    sum: number,
    min: number,
    max: number,
    reader: Reader,
    taken: Taken,
  ): void {
    this.put(metric, 'count', 0, timeMs, count, reader, taken);
    // Absent is not NaN that was sent: no series is made for what the sender does not measure.
    if (!Number.isNaN(sum)) this.put(metric, 'total', 0, timeMs, sum, reader, taken);
    if (!Number.isNaN(min)) this.put(metric, 'min', 0, timeMs, min, reader, taken);
    if (!Number.isNaN(max)) this.put(metric, 'max', 0, timeMs, max, reader, taken);
  }

  private put(
    metric: Metric,
    part: Part,
    bound: number,
    timeMs: number,
    value: number,
    reader: Reader,
    taken: Taken,
  ): void {
    const series = this.seriesOf(metric, part, bound, reader, taken);
    if (series >= 0) this.source.sample(series, timeMs, value);
    else taken.lost++;
  }

  private attribute(reader: Reader): void {
    const length = reader.length();
    const at = this.attributes.count;
    if (at < ATTRIBUTES_MAX) {
      this.attributes.starts[at] = reader.at;
      this.attributes.ends[at] = reader.at + length;
      this.attributes.count++;
    }
    reader.at += length;
  }

  private other(reader: Reader, tag: number, exemplar: number, taken: Taken): void {
    if (tag === exemplar) taken.exemplars++;
    reader.skip(tag);
  }

  /** One side of an exponential histogram, written at `at`. */
  private side(reader: Reader, at: number, taken: Taken, put: (index: number, count: number) => void): void {
    if (at < 0) return;
    reader.at = at;
    let counts = 0;
    this.offset = 0;
    inside(reader, () => {
      for (let tag = reader.tag(); tag !== 0; tag = reader.tag())
        if (tag === 0x08) this.offset = zigzag(reader.varint());
        else if (tag === 0x12) counts = this.packed(reader, this.counts, counts, () => reader.varint());
        else if (tag === 0x10) counts = this.one(this.counts, counts, reader.varint());
        else reader.skip(tag);
    });
    if (counts > BUCKETS_MAX) {
      taken.refuse('point_invalid', 1, `an exponential histogram has ${counts} buckets, at most ${BUCKETS_MAX}`);
      return;
    }
    for (let i = 0; i < counts; i++) if (this.counts[i]! > 0) put(this.offset + i, this.counts[i]!);
  }

  private packed(reader: Reader, into: Float64Array, have: number, next: () => number): number {
    let count = have;
    inside(reader, () => {
      while (reader.at < reader.end) count = this.one(into, count, next());
    });
    return count;
  }

  private one(into: Float64Array, at: number, value: number): number {
    if (at < BUCKETS_MAX) into[at] = value;
    return at + 1;
  }
}

const zigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);
