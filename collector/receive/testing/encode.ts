// Remote-write requests as the public .proto files have them, written by hand: what senders in tests and benches send.
import { compressSync } from 'snappy';

const text = new TextEncoder();

/** Writes protobuf into a growing buffer. */
export class Writer {
  private bytes = new Uint8Array(1_024);
  private view = new DataView(this.bytes.buffer);
  at = 0;

  private room(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const next = new Uint8Array(Math.max(this.bytes.length * 2, this.at + count));
    next.set(this.bytes);
    this.bytes = next;
    this.view = new DataView(next.buffer);
  }

  varint(value: number | bigint): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    this.room(10);
    while (rest >= 0x80n) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest);
    return this;
  }

  tag(field: number, type: number): this {
    return this.varint(field * 8 + type);
  }

  double(field: number, value: number): this {
    this.tag(field, 1).room(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
    return this;
  }

  /** A NaN with the given bits, or any 64 bits. */
  bits(field: number, bits: bigint): this {
    this.tag(field, 1).room(8);
    this.view.setBigUint64(this.at, BigInt.asUintN(64, bits), true);
    this.at += 8;
    return this;
  }

  int(field: number, value: number | bigint): this {
    return this.tag(field, 0).varint(value);
  }

  raw(field: number, bytes: Uint8Array): this {
    this.tag(field, 2).varint(bytes.length).room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }

  text(field: number, value: string): this {
    return this.raw(field, text.encode(value));
  }

  message(field: number, write: (inner: Writer) => void): this {
    const inner = new Writer();
    write(inner);
    return this.raw(field, inner.done());
  }

  done(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }
}

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
