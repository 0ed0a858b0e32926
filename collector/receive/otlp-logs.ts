// OTLP logs: error records and their signatures. Other records only show that their service is at work: this is no log store.
import { receiveLimits } from './limits.ts';
import { eachNamed, type Named } from './otlp-items.ts';
import { anyValue, asText, inside, keyValue } from './otlp-values.ts';
import type { Reader } from './protobuf.ts';
import { isTimely, Refused } from './refused.ts';
import type { NewSignature, Signatures } from './signatures.ts';

export type TakenLogs = {
  readonly records: number;
  readonly errors: number;
  readonly news: readonly NewSignature[];
  readonly refused: Refused;
};
type Of = { readonly resource: Named; readonly record: LogRecord };
type LogRecord = { readonly timeMs: number; readonly isError: boolean; readonly text: string };

/** Tags of a LogRecord: field number × 8 + wire type. */
const TIME = 0x09;
const SEVERITY = 0x10;
const SEVERITY_TEXT = 0x1a;
const BODY = 0x2a;
const ATTRIBUTE = 0x32;
const OBSERVED = 0x59;
/** SeverityNumber ERROR; FATAL is above it. */
const ERROR = 17;
const errorWords = /^(err|fatal|crit|alert|emerg|severe|panic)/i;

/** Takes an ExportLogsServiceRequest in. Throws Refusal where it is corrupt: then nothing of it is taken. */
export const takeLogs = (signatures: Signatures, bytes: Uint8Array, nowMs: number): TakenLogs => {
  const refused = new Refused();
  const records = read(bytes, nowMs, refused);
  const news: NewSignature[] = [];
  let errors = 0;
  for (const { resource, record } of records) {
    if (!signatures.alive(resource, nowMs)) {
      refused.note('probes_limit', `more than ${receiveLimits.logServicesMax} services send logs`);
      continue;
    }
    if (!record.isError) continue;
    errors++;
    const found = signatures.error(resource, record.text, record.timeMs, nowMs);
    if (found !== undefined) news.push(found);
  }
  return { records: records.length, errors, news, refused };
};

const read = (bytes: Uint8Array, nowMs: number, refused: Refused): Of[] => {
  const taken: Of[] = [];
  eachNamed(bytes, 'log records', 'log_invalid', refused, (reader, resource) => {
    const record = readRecord(reader, nowMs);
    if (isTimely(record.timeMs, nowMs, refused)) taken.push({ resource, record });
  });
  return taken;
};

const readRecord = (reader: Reader, nowMs: number): LogRecord => {
  let [time, observed, severity, severityText] = [0, 0, 0, ''];
  let body: unknown = '';
  let [type, message] = ['', ''];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === TIME) time = reader.nanosAsMs();
    else if (tag === OBSERVED) observed = reader.nanosAsMs();
    else if (tag === SEVERITY) severity = reader.varint();
    else if (tag === SEVERITY_TEXT) severityText = reader.text(reader.length());
    else if (tag === BODY)
      inside(reader, () => {
        body = anyValue(reader);
      });
    else if (tag === ATTRIBUTE)
      inside(reader, () => {
        const [name, value] = keyValue(reader);
        if (name === 'exception.type') type = asText(value);
        else if (name === 'exception.message') message = asText(value);
      });
    else reader.skip(tag);
  }
  const isError = severity === 0 ? errorWords.test(severityText) || type !== '' : severity >= ERROR;
  // Told once: an exception says more than the words around it.
  const text = type === '' ? asText(body) : `${type}: ${message || asText(body)}`;
  return { timeMs: time || observed || nowMs, isError, text: isError ? text : '' };
};
