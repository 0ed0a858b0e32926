// Remote-write requests as the public .proto files have them, written by hand: what senders in tests and benches send.
import { compressSync } from 'snappy';
import { Writer } from '../protobuf-writer.ts';

export type WriteSample = { readonly value: number; readonly timeMs: number; readonly bits?: bigint };
export type WriteSeries = {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly WriteSample[];
  /** MetricType; sent with 2.0 only. */
  readonly type?: number;
};

const sortedLabels = (labels: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));

const writeSample = (into: Writer, { value, timeMs, bits }: WriteSample): void => {
  if (bits === undefined) into.double(1, value);
  else into.bits(1, bits);
  into.int(2, timeMs);
};

/** prometheus.WriteRequest. */
export const encodeWrite1 = (series: readonly WriteSeries[]): Uint8Array => {
  const request = new Writer();
  for (const { labels, samples } of series)
    request.message(1, (one) => {
      for (const [name, value] of sortedLabels(labels)) one.message(1, (label) => label.text(1, name).text(2, value));
      for (const sample of samples) one.message(2, (into) => writeSample(into, sample));
    });
  return request.done();
};

/** io.prometheus.write.v2.Request; symbols stand first, as Prometheus sends them, or last. */
export const encodeWrite2 = (series: readonly WriteSeries[], symbolsLast = false): Uint8Array => {
  const symbols = new Map<string, number>([['', 0]]);
  const reference = (symbol: string): number => {
    const known = symbols.get(symbol) ?? symbols.size;
    symbols.set(symbol, known);
    return known;
  };
  const body = new Writer();
  for (const { labels, samples, type } of series)
    body.message(5, (one) => {
      const packed = new Writer();
      for (const [name, value] of sortedLabels(labels)) packed.varint(reference(name)).varint(reference(value));
      one.raw(1, packed.done());
      for (const sample of samples) one.message(2, (into) => writeSample(into, sample));
      if (type !== undefined) one.message(5, (about) => about.int(1, type).int(4, reference('seconds')));
    });
  const table = new Writer();
  for (const symbol of symbols.keys()) table.text(4, symbol);
  return Buffer.concat(symbolsLast ? [body.done(), table.done()] : [table.done(), body.done()]);
};

export const snappied = (bytes: Uint8Array): Uint8Array => compressSync(Buffer.from(bytes));
