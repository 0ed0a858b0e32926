// Prometheus remote-write 2.0 (io.prometheus.write.v2.Request): labels are references into the request's own table of symbols.
import { BytesIndex, doubled } from './bytes-index.ts';
import { receiveLimits } from './limits.ts';
import type { Metadata } from './prometheus-labels.ts';
import { Reader, utf8 } from './protobuf.ts';
import { Refusal } from './refusal.ts';
import { SeriesIndex } from './series-index.ts';
import type { Source } from './source.ts';
import type { Taken } from './taken.ts';
import { takeSample } from './write-sample.ts';

/** Symbols that one source may have had; beyond, all are forgotten, and every series is met anew. */
const SYMBOLS_MAX = 4_000_000;
const REFERENCES_MAX = receiveLimits.labelsMax * 2;

export class RemoteWrite2 {
  index: SeriesIndex;
  private symbols: BytesIndex;
  private readonly seed: number;
  private readonly source: Source;
  /** Of this request: place of each symbol's text, and its number in `symbols`. */
  private from = new Int32Array(1_024);
  private to = new Int32Array(1_024);
  private known = new Int32Array(1_024);
  private count = 0;
  /** References of the series at hand, and the same as numbers of `symbols`: the bytes it is recognised by. */
  private readonly references = new Int32Array(REFERENCES_MAX);
  private readonly key = new Int32Array(REFERENCES_MAX);
  private readonly keyBytes = new Uint8Array(this.key.buffer);
  private readonly keyView = new DataView(this.key.buffer);

  constructor(source: Source, seed: number) {
    this.source = source;
    this.seed = seed;
    this.index = new SeriesIndex(seed);
    this.symbols = new BytesIndex(seed);
  }

  /** Takes a decoded request in; throws Refusal where it is corrupt: then nothing after the fault was taken. */
  take(bytes: Uint8Array, taken: Taken): void {
    if (this.symbols.size > SYMBOLS_MAX) {
      this.index = new SeriesIndex(this.seed);
      this.symbols = new BytesIndex(this.seed);
    }
    this.learn(bytes);
    const reader = new Reader(bytes);
    const whole = reader.end;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== TIMESERIES) {
        reader.skip(tag);
        continue;
      }
      const length = reader.length();
      reader.end = reader.at + length;
      this.series(reader, taken);
      reader.at = reader.end;
      reader.end = whole;
    }
  }

  /** The table of symbols, wherever in the request it stands. */
  private learn(bytes: Uint8Array): void {
    const reader = new Reader(bytes);
    this.count = 0;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== SYMBOL) {
        reader.skip(tag);
        continue;
      }
      const length = reader.length();
      const [from, to] = [reader.at, reader.at + length];
      if (this.count === 0 && length > 0)
        throw new Refusal('symbol_missing', 'the first symbol must be the empty text');
      if (this.count >= this.from.length) this.widen();
      this.from[this.count] = from;
      this.to[this.count] = to;
      const known = this.symbols.find(bytes, reader.view, from, to);
      this.known[this.count++] = known < 0 ? this.symbols.add(bytes, reader.view, from, to) : known;
      reader.at = to;
    }
  }

  private series(reader: Reader, taken: Taken): void {
    const { end } = reader;
    const start = reader.at;
    let pairs = 0;
    let metadata: Metadata | undefined;
    // Labels and metadata first, in whatever order the fields stand; then the samples.
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === LABELS) pairs = this.labels(reader, pairs);
      else if (tag === METADATA) metadata = this.about(reader, end);
      else reader.skip(tag);
    }
    reader.at = start;
    const series = this.numberOf(reader.bytes, pairs, metadata, taken);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === SAMPLE) {
        takeSample(reader, series, this.source, taken);
        continue;
      }
      if (tag === HISTOGRAM) taken.refuse('native_histogram', 1, 'native histograms are not taken');
      else if (tag === EXEMPLAR) taken.exemplars++;
      reader.skip(tag);
    }
  }

  /** Reads packed references; answers how many there are now. */
  private labels(reader: Reader, have: number): number {
    const length = reader.length();
    const end = reader.at + length;
    let count = have;
    while (reader.at < end) {
      const reference = reader.varint();
      if (!(reference >= 0 && reference < this.count))
        throw new Refusal('symbol_missing', `symbol ${reference} of ${this.count} is referred to`);
      if (count >= REFERENCES_MAX)
        throw new Refusal('labels_too_many', `a series has more than ${receiveLimits.labelsMax} labels`);
      this.references[count] = reference;
      this.key[count++] = this.known[reference]!;
    }
    if (reader.at > end) throw new Refusal('protobuf_corrupt', 'protobuf: a reference reaches past its field');
    return count;
  }

  private numberOf(bytes: Uint8Array, count: number, metadata: Metadata | undefined, taken: Taken): number {
    if (count % 2 !== 0) return taken.refuse('labels_invalid', 1, 'a series has an odd number of label references');
    const known = this.index.find(this.keyBytes, this.keyView, 0, count * 4);
    if (known >= 0) return known;
    const labels: [string, string][] = [];
    for (let i = 0; i < count; i += 2) labels.push([this.text(bytes, i), this.text(bytes, i + 1)]);
    const series = taken.meet(labels, metadata);
    if (series >= 0) this.index.add(this.keyBytes, this.keyView, 0, count * 4, series);
    return series;
  }

  private text(bytes: Uint8Array, i: number): string {
    const symbol = this.references[i]!;
    return utf8(bytes, this.from[symbol]!, this.to[symbol]!);
  }

  private about(reader: Reader, end: number): Metadata {
    const length = reader.length();
    reader.end = reader.at + length;
    let type = 0;
    let unit = '';
    for (let field = reader.tag(); field !== 0; field = reader.tag()) {
      if (field === META_TYPE) type = reader.varint();
      else if (field === META_UNIT) {
        const symbol = reader.varint();
        if (!(symbol >= 0 && symbol < this.count))
          throw new Refusal('symbol_missing', `symbol ${symbol} of ${this.count} is referred to`);
        unit = utf8(reader.bytes, this.from[symbol]!, this.to[symbol]!);
      } else reader.skip(field);
    }
    reader.end = end;
    return { type, unit };
  }

  private widen(): void {
    this.from = doubled(this.from);
    this.to = doubled(this.to);
    this.known = doubled(this.known);
  }
}

/** Tags: field number × 8 + wire type. */
const SYMBOL = 0x22;
const TIMESERIES = 0x2a;
const LABELS = 0x0a;
const SAMPLE = 0x12;
const HISTOGRAM = 0x1a;
const EXEMPLAR = 0x22;
const METADATA = 0x2a;
const META_TYPE = 0x08;
const META_UNIT = 0x20;
