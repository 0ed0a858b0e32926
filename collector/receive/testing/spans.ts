// ExportTraceServiceRequests written by hand, for tests that choose every time and id.
import { Writer } from '../protobuf-writer.ts';

export type SentSpan = {
  readonly trace: string;
  readonly id: string;
  readonly parent?: string;
  readonly name?: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly endMs: number;
  readonly ms: number;
  readonly isError?: boolean;
  readonly attributes?: Readonly<Record<string, string | number>>;
};
const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer'];

const pair = (into: Writer, field: number, key: string, value: string | number): Writer =>
  into.message(field, (of) =>
    of.text(1, key).message(2, (into) => (typeof value === 'number' ? into.int(3, value) : into.text(1, value))),
  );

/** One request of one resource. */
export const encodeSpans = (resource: Readonly<Record<string, string>>, spans: readonly SentSpan[]): Uint8Array =>
  new Writer()
    .message(1, (all) => {
      all.message(1, (of) => {
        for (const [key, value] of Object.entries(resource)) pair(of, 1, key, value);
      });
      all.message(2, (scope) => {
        for (const span of spans)
          scope.message(2, (into) => {
            into.raw(1, Buffer.from(span.trace, 'hex')).raw(2, Buffer.from(span.id, 'hex'));
            if (span.parent !== undefined) into.raw(4, Buffer.from(span.parent, 'hex'));
            into.text(5, span.name ?? 'call').int(6, kinds.indexOf(span.kind));
            into.bits(7, BigInt(Math.round((span.endMs - span.ms) * 1_000)) * 1_000n);
            into.bits(8, BigInt(Math.round(span.endMs * 1_000)) * 1_000n);
            for (const [key, value] of Object.entries(span.attributes ?? {})) pair(into, 9, key, value);
            if (span.isError === true) into.message(15, (status) => status.text(2, 'no').int(3, 2));
          });
      });
    })
    .done();

/** Hex digits of a number, as an id of so many digits; `head` are the first. */
export const idOf = (n: number, digits: 16 | 32, head = ''): string =>
  head + n.toString(16).padStart(digits - head.length, '0');
