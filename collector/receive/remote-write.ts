// Prometheus remote-write 1.0 (prometheus.WriteRequest): bytes in, samples into the source, no object a sample.

import { KnownTexts } from './known-texts.ts';
import { receiveLimits } from './limits.ts';
import type { Metadata } from './prometheus-labels.ts';
import { Reader } from './protobuf.ts';
import { Refusal } from './refusal.ts';
import { SeriesIndex } from './series-index.ts';
import type { Source } from './source.ts';
import type { Taken } from './taken.ts';
import { takeSample } from './write-sample.ts';

const METADATA_MAX = 20_000;

/** What one source's 1.0 requests have in common. */
export class RemoteWrite {
  readonly index: SeriesIndex;
  private readonly metadata = new Map<string, Metadata>();
  private readonly source: Source;
  private readonly texts: KnownTexts;

  constructor(source: Source, seed: number) {
    this.source = source;
    this.texts = new KnownTexts(seed);
    this.index = new SeriesIndex(seed);
  }

  /** Takes a decoded request in; throws Refusal where it is corrupt: then nothing after the fault was taken. */
  take(bytes: Uint8Array, taken: Taken): void {
    const reader = new Reader(bytes, 0, bytes.length, this.texts);
    const whole = reader.end;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag !== TIMESERIES && tag !== METADATA) {
        reader.skip(tag);
        continue;
      }
      const length = reader.length();
      reader.end = reader.at + length;
      if (tag === TIMESERIES) this.series(reader, taken);
      else this.learn(reader);
      reader.at = reader.end;
      reader.end = whole;
    }
  }

  private series(reader: Reader, taken: Taken): void {
    const { end } = reader;
    const series = this.seriesOf(reader, taken);
    reader.end = end;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === SAMPLE) takeSample(reader, series, this.source, taken);
      else {
        if (tag === LABEL)
          throw new Refusal('labels_out_of_order', 'labels must stand before the samples of their series');
        if (tag === HISTOGRAM) taken.refuse('native_histogram', 1, 'native histograms are not taken');
        else if (tag === EXEMPLAR) taken.exemplars++;
        reader.skip(tag);
      }
    }
  }

  /** Reads the labels. They come first and are one stretch of bytes: that stretch is the series. */
  private seriesOf(reader: Reader, taken: Taken): number {
    const { bytes, view, end } = reader;
    const from = reader.at;
    const expected = this.index.follows(view, from, end);
    // The same labels, and no further one: where they end is known without walking them.
    if (expected >= 0 && (expected === end || bytes[expected] !== LABEL)) {
      reader.at = expected;
      return this.index.advance();
    }
    while (reader.at < end && bytes[reader.at] === LABEL) {
      reader.at++;
      const length = reader.length();
      reader.at += length;
    }
    const labelsEnd = reader.at;
    let series = this.index.find(bytes, view, from, labelsEnd);
    if (series < 0) series = this.meet(reader, from, labelsEnd, taken);
    reader.at = labelsEnd;
    return series;
  }

  /** A series not seen before, or one that was refused. */
  private meet(reader: Reader, from: number, to: number, taken: Taken): number {
    if (to - from > receiveLimits.labelBytesMax)
      return taken.refuse(
        'labels_too_many',
        1,
        `the labels of a series take ${to - from} bytes, at most ${receiveLimits.labelBytesMax}`,
      );
    const labels: [string, string][] = [];
    reader.at = from;
    reader.end = to;
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      const length = reader.length();
      const next = reader.at + length;
      reader.end = next;
      let name = '';
      let value = '';
      for (let field = reader.tag(); field !== 0; field = reader.tag()) {
        if (field === NAME) name = reader.text(reader.length());
        else if (field === TEXT) value = reader.text(reader.length());
        else reader.skip(field);
      }
      labels.push([name, value]);
      reader.end = to;
    }
    const series = taken.meet(labels, this.metadataOf(labels));
    if (series >= 0) this.index.add(reader.bytes, reader.view, from, to, series);
    return series;
  }

  private metadataOf(labels: readonly (readonly [string, string])[]): Metadata | undefined {
    if (this.metadata.size === 0) return undefined;
    const name = labels.find(([label]) => label === '__name__')?.[1];
    return name === undefined ? undefined : this.metadata.get(name);
  }

  private learn(reader: Reader): void {
    let type = 0;
    let family = '';
    let unit = '';
    for (let field = reader.tag(); field !== 0; field = reader.tag()) {
      if (field === META_TYPE) type = reader.varint();
      else if (field === META_FAMILY) family = reader.text(reader.length());
      else if (field === META_UNIT) unit = reader.text(reader.length());
      else reader.skip(field);
    }
    if (this.metadata.size < METADATA_MAX) this.metadata.set(family, { type, unit });
  }
}

/** Tags: field number × 8 + wire type. */
const TIMESERIES = 0x0a;
const METADATA = 0x1a;
const LABEL = 0x0a;
const SAMPLE = 0x12;
const EXEMPLAR = 0x1a;
const HISTOGRAM = 0x22;
const NAME = 0x0a;
const TEXT = 0x12;
const META_TYPE = 0x08;
const META_FAMILY = 0x12;
const META_UNIT = 0x2a;
