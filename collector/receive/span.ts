// A span as the receivers need it, read from OTLP's bytes: what identifies it, what it measures, and its attributes within limits.
import { hash64 } from '@fenghuo/rules/contract';
import { within } from './describe.ts';
import { receiveLimits } from './limits.ts';
import { inside, keyValue } from './otlp-values.ts';
import { each } from './otlp-walk.ts';
import type { Reader } from './protobuf.ts';

export type Value = string | number | boolean;
export type Span = {
  /** 32, 16 and 16 or 0 hex digits. */
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly name: string;
  /** SpanKind of the protocol: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  /** Epoch ms. */
  readonly startMs: number;
  readonly endMs: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly message: string;
  readonly attributes: Readonly<Record<string, Value>>;
};

/** Tags of a Span: field number × 8 + wire type. */
const TRACE = 0x0a;
const ID = 0x12;
const PARENT = 0x22;
const NAME = 0x2a;
const KIND = 0x30;
const START = 0x39;
const END = 0x41;
const ATTRIBUTE = 0x4a;
const EVENT = 0x5a;
const STATUS = 0x7a;
const EVENT_ATTRIBUTE = 0x1a;

/** Reads a Span, the reader being inside its message; undefined where its ids are none. Throws Refusal where it is corrupt. */
export const readSpan = (reader: Reader): Span | undefined => {
  let [trace, id, parent, name, message] = ['', '', '', '', ''];
  let [kind, startNs, endNs, status] = [0, 0, 0, 0];
  const attributes: Record<string, Value> = {};
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === TRACE) trace = hex(reader);
    else if (tag === ID) id = hex(reader);
    else if (tag === PARENT) parent = hex(reader);
    else if (tag === NAME) name = within(reader.text(reader.length()), hash64);
    else if (tag === KIND) kind = reader.varint();
    else if (tag === START) startNs = reader.sfixed64();
    else if (tag === END) endNs = reader.sfixed64();
    else if (tag === ATTRIBUTE) inside(reader, () => put(attributes, reader));
    // Of the events only an exception says what the figures do not: its attributes stand beside the span's own.
    else if (tag === EVENT)
      inside(reader, () => each(reader, EVENT_ATTRIBUTE, () => put(attributes, reader, 'exception.')));
    else if (tag === STATUS)
      inside(reader, () => {
        for (let field = reader.tag(); field !== 0; field = reader.tag())
          if (field === 0x12) message = within(reader.text(reader.length()), hash64);
          else if (field === 0x18) status = reader.varint();
          else reader.skip(field);
      });
    else reader.skip(tag);
  }
  if (trace.length !== 32 || id.length !== 16 || (parent.length !== 0 && parent.length !== 16)) return undefined;
  return { trace, id, parent, name, kind, startMs: startNs / 1e6, endMs: endNs / 1e6, status, message, attributes };
};

const put = (into: Record<string, Value>, reader: Reader, prefix = ''): void => {
  const [name, value] = keyValue(reader);
  if (!name.startsWith(prefix) || name === 'exception.stacktrace' || name === '__proto__') return;
  if (Object.keys(into).length >= receiveLimits.spanAttributesMax) return;
  into[within(name, hash64)] =
    typeof value === 'number' || typeof value === 'boolean'
      ? value
      : within(typeof value === 'string' ? value : JSON.stringify(value), hash64);
};

const hex = (reader: Reader): string => {
  const length = reader.length();
  const from = reader.at;
  reader.at += length;
  // What is no id is told by its length alone: nobody needs a copy of a megabyte of it.
  return length > 16 ? '?' : Buffer.from(reader.bytes.buffer, reader.bytes.byteOffset + from, length).toString('hex');
};
