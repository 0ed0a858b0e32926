// OTLP/JSON becomes OTLP/protobuf by a table of fields, so that one decoder serves both. Unknown fields are skipped, as the specification says.
import { receiveLimits } from './limits.ts';
import { Writer } from './protobuf-writer.ts';
import { Refusal } from './refusal.ts';

/** How a field is written: text, double, fixed64, signed fixed64, varint, zigzag, packed ones of these, hex bytes, base64 bytes, a message. */
type Kind = 's' | 'd' | 'f' | 'g' | 'i' | 'z' | 'F' | 'D' | 'I' | 'h' | 'b' | (() => Message);
type Message = Readonly<Record<string, readonly [field: number, kind: Kind]>>;

const anyValue: Message = {
  stringValue: [1, 's'],
  boolValue: [2, 'i'],
  intValue: [3, 'i'],
  doubleValue: [4, 'd'],
  arrayValue: [5, () => ({ values: [1, () => anyValue] })],
  kvlistValue: [6, () => ({ values: [1, () => keyValue] })],
  bytesValue: [7, 'b'],
};
const keyValue: Message = { key: [1, 's'], value: [2, () => anyValue] };
const resource: Message = { attributes: [1, () => keyValue] };
const scope: Message = { name: [1, 's'], version: [2, 's'], attributes: [3, () => keyValue] };
const times: Message = { startTimeUnixNano: [2, 'f'], timeUnixNano: [3, 'f'] };
const numberPoint: Message = {
  ...times,
  attributes: [7, () => keyValue],
  asDouble: [4, 'd'],
  asInt: [6, 'g'],
  flags: [8, 'i'],
};
const histogramPoint: Message = {
  ...times,
  attributes: [9, () => keyValue],
  count: [4, 'f'],
  sum: [5, 'd'],
  bucketCounts: [6, 'F'],
  explicitBounds: [7, 'D'],
  flags: [10, 'i'],
  min: [11, 'd'],
  max: [12, 'd'],
};
const buckets: Message = { offset: [1, 'z'], bucketCounts: [2, 'I'] };
const exponentialPoint: Message = {
  ...times,
  attributes: [1, () => keyValue],
  count: [4, 'f'],
  sum: [5, 'd'],
  scale: [6, 'z'],
  zeroCount: [7, 'f'],
  positive: [8, () => buckets],
  negative: [9, () => buckets],
  flags: [10, 'i'],
  min: [12, 'd'],
  max: [13, 'd'],
  zeroThreshold: [14, 'd'],
};
const summaryPoint: Message = {
  ...times,
  attributes: [7, () => keyValue],
  count: [4, 'f'],
  sum: [5, 'd'],
  quantileValues: [6, () => ({ quantile: [1, 'd'], value: [2, 'd'] })],
  flags: [8, 'i'],
};
const data =
  (point: Message, more: Message = {}): (() => Message) =>
  () => ({ dataPoints: [1, () => point], ...more });
const temporality: Message = { aggregationTemporality: [2, 'i'] };
const metric: Message = {
  name: [1, 's'],
  unit: [3, 's'],
  gauge: [5, data(numberPoint)],
  sum: [7, data(numberPoint, { ...temporality, isMonotonic: [3, 'i'] })],
  histogram: [9, data(histogramPoint, temporality)],
  exponentialHistogram: [10, data(exponentialPoint, temporality)],
  summary: [11, data(summaryPoint)],
};
const request = (outer: string, inner: string, items: string, item: Message): Message => ({
  [outer]: [
    1,
    () => ({
      resource: [1, () => resource],
      [inner]: [2, () => ({ scope: [1, () => scope], [items]: [2, () => item] })],
    }),
  ],
});

const span: Message = {
  traceId: [1, 'h'],
  spanId: [2, 'h'],
  parentSpanId: [4, 'h'],
  name: [5, 's'],
  kind: [6, 'i'],
  startTimeUnixNano: [7, 'f'],
  endTimeUnixNano: [8, 'f'],
  attributes: [9, () => keyValue],
  events: [11, () => ({ timeUnixNano: [1, 'f'], name: [2, 's'], attributes: [3, () => keyValue] })],
  status: [15, () => ({ message: [2, 's'], code: [3, 'i'] })],
};

const logRecord: Message = {
  timeUnixNano: [1, 'f'],
  observedTimeUnixNano: [11, 'f'],
  severityNumber: [2, 'i'],
  severityText: [3, 's'],
  body: [5, () => anyValue],
  attributes: [6, () => keyValue],
};

export const logsRequest = request('resourceLogs', 'scopeLogs', 'logRecords', logRecord);
export const tracesRequest = request('resourceSpans', 'scopeSpans', 'spans', span);
export const metricsRequest = request('resourceMetrics', 'scopeMetrics', 'metrics', metric);

const bad = (what: string): Refusal => new Refusal('json_corrupt', `OTLP/JSON: ${what}`);

/** Whether a document nests deeper than `most`: found before anything is parsed, and no byte later than it shows. */
export const isDeeper = (bytes: Uint8Array, most: number): boolean => {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isText) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > most) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
};

/** The protobuf that a JSON document says. Throws Refusal `json_corrupt` or `json_depth`. */
export const jsonToProtobuf = (bytes: Uint8Array, message: Message): Uint8Array => {
  if (isDeeper(bytes, receiveLimits.jsonDepthMax))
    throw new Refusal('json_depth', `JSON nests deeper than ${receiveLimits.jsonDepthMax} levels`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw bad('not JSON');
  }
  const into = new Writer();
  write(into, parsed, message);
  return into.done();
};

const write = (into: Writer, value: unknown, message: Message): void => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('an object is missing');
  for (const [name, of] of Object.entries(value)) {
    const known = Object.hasOwn(message, name) ? message[name] : undefined;
    if (known === undefined || of === null || of === undefined) continue;
    const [field, kind] = known;
    if (typeof kind === 'function')
      for (const item of Array.isArray(of) ? of : [of]) into.message(field, (inner) => write(inner, item, kind()));
    else scalar(into, field, kind, of, name);
  }
};

const scalar = (
  into: Writer,
  field: number,
  kind: Exclude<Kind, () => Message>,
  value: unknown,
  name: string,
): void => {
  if (kind === 's') {
    if (typeof value !== 'string') throw bad(`${name} is no text`);
    into.text(field, value);
  } else if (kind === 'h' || kind === 'b') {
    if (typeof value !== 'string') throw bad(`${name} is no text`);
    into.raw(field, Buffer.from(value, kind === 'h' ? 'hex' : 'base64'));
  } else if (kind === 'd') into.double(field, double(value, name));
  else if (kind === 'f' || kind === 'g') into.bits(field, integer(value, name));
  else if (kind === 'i') into.int(field, integer(value, name));
  else if (kind === 'z') into.int(field, zigzag(integer(value, name)));
  else {
    if (!Array.isArray(value)) throw bad(`${name} is no array`);
    for (const item of value) scalar(into, field, kind === 'F' ? 'f' : kind === 'D' ? 'd' : 'i', item, name);
  }
};

/** 64-bit numbers are texts in OTLP/JSON, or plain numbers. */
const integer = (value: unknown, name: string): bigint => {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  throw bad(`${name} is no whole number`);
};

const double = (value: unknown, name: string): number => {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value))) return Number(value);
  throw bad(`${name} is no number`);
};

const zigzag = (value: bigint): bigint => (value < 0n ? -value * 2n - 1n : value * 2n);
