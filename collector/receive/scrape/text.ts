// Prometheus' text format 0.0.4 and OpenMetrics 1.0, read from their bytes: a series is the stretch up to its value, and no object is made for a sample.
import { Refusal } from '../refusal.ts';

export type Sink = {
  /** One sample; its name and labels are `bytes[from, to)`. @param timeMs NaN where the line has none */
  sample(from: number, to: number, value: number, timeMs: number): void;
  /** What a `# TYPE` or `# UNIT` line says of a family. */
  about(family: string, what: 'TYPE' | 'UNIT', text: string): void;
};

const [TAB, LF, CR, SPACE, QUOTE, HASH, OPEN, CLOSE, BACKSLASH] = [9, 10, 13, 32, 34, 35, 0x7b, 0x7d, 0x5c];
const MINUS = 0x2d;
const DOT = 0x2e;
const POWERS = Array.from({ length: 23 }, (_, i) => 10 ** i);
const text = new TextDecoder('utf-8', { fatal: true });
const corrupt = (line: number, what: string): Refusal => new Refusal('text_corrupt', `line ${line}: ${what}`);

/** Reads a whole exposition. Throws Refusal `text_corrupt`, the number of the line in it. @param isOpenMetrics times in seconds, `# EOF` at the end */
export const parseText = (bytes: Uint8Array, isOpenMetrics: boolean, sink: Sink): void => {
  let at = 0;
  let line = 0;
  let hasEnded = false;
  while (at < bytes.length) {
    line++;
    let end = bytes.indexOf(LF, at);
    if (end < 0) end = bytes.length;
    const next = end + 1;
    if (end > at && bytes[end - 1] === CR) end--;
    let from = at;
    while (from < end && (bytes[from] === SPACE || bytes[from] === TAB)) from++;
    at = next;
    if (from === end) continue;
    if (hasEnded) throw corrupt(line, 'something follows # EOF');
    if (bytes[from] === HASH) hasEnded = comment(bytes, from, end, sink) && isOpenMetrics;
    else sampleLine(bytes, from, end, line, isOpenMetrics, sink);
  }
  if (isOpenMetrics && !hasEnded) throw corrupt(line, '# EOF is missing: the answer was cut off');
};

/** Whether it is `# EOF`. */
const comment = (bytes: Uint8Array, from: number, end: number, sink: Sink): boolean => {
  // Most comments are HELP, which nobody needs: only the few others become text.
  const letter = bytes[from + 2];
  if (letter !== 0x54 && letter !== 0x55 && letter !== 0x45) return false;
  const [what = '', family = '', ...rest] = String.fromCharCode(
    ...bytes.subarray(from + 2, Math.min(end, from + 1_024)),
  )
    .trim()
    .split(/[ \t]+/);
  if ((what === 'TYPE' || what === 'UNIT') && family !== '') sink.about(family, what, rest[0] ?? '');
  return what === 'EOF';
};

const sampleLine = (
  bytes: Uint8Array,
  from: number,
  end: number,
  line: number,
  isOpenMetrics: boolean,
  sink: Sink,
): void => {
  let at = from;
  while (at < end && bytes[at] !== OPEN && bytes[at] !== SPACE && bytes[at] !== TAB) at++;
  let close = at;
  while (close < end && (bytes[close] === SPACE || bytes[close] === TAB)) close++;
  if (bytes[close] === OPEN) {
    at = close + 1;
    let isText = false;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (isText) {
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) isText = false;
      } else if (byte === QUOTE) isText = true;
      else if (byte === CLOSE) break;
    }
    if (at >= end) throw corrupt(line, 'labels without an end');
    at++;
  }
  const to = at;
  at = blanks(bytes, at, end);
  const valueEnd = word(bytes, at, end);
  if (valueEnd === at) throw corrupt(line, 'a series without a value');
  const value = number(bytes, at, valueEnd);
  if (value === undefined) throw corrupt(line, 'the value is no number');
  at = blanks(bytes, valueEnd, end);
  let timeMs = Number.NaN;
  if (at < end && bytes[at] !== HASH) {
    const timeEnd = word(bytes, at, end);
    const time = number(bytes, at, timeEnd);
    if (time === undefined || Number.isNaN(time)) throw corrupt(line, 'the time is no number');
    timeMs = isOpenMetrics ? Math.round(time * 1_000) : time;
    at = blanks(bytes, timeEnd, end);
    // An exemplar may follow; it is not kept.
    if (at < end && bytes[at] !== HASH) throw corrupt(line, 'something follows the time');
  }
  sink.sample(from, to, value, timeMs);
};

const blanks = (bytes: Uint8Array, from: number, end: number): number => {
  let at = from;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
};
const word = (bytes: Uint8Array, from: number, end: number): number => {
  let at = from;
  while (at < end && bytes[at] !== SPACE && bytes[at] !== TAB) at++;
  return at;
};

/**
 * The nearest double. Up to 15 digits and a power of ten up to 22 both are exact, and one rounding is right (Clinger, 1990);
 * everything else is left to the language.
 */
const number = (bytes: Uint8Array, from: number, end: number): number | undefined => {
  let at = from;
  const isNegative = bytes[at] === MINUS;
  if (isNegative) at++;
  let digits = 0;
  let mantissa = 0;
  let scale = -1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - 0x30);
      digits++;
      if (scale >= 0) scale++;
    } else if (byte === DOT && scale < 0) scale = 0;
    else break;
  }
  if (at === end && digits > 0 && digits <= 15) {
    const value = scale > 0 ? mantissa / POWERS[scale]! : mantissa;
    return isNegative ? -value : value;
  }
  if (end - from > 64) return undefined;
  const words = String.fromCharCode(...bytes.subarray(from, end));
  const special = specials.get(words.toLowerCase());
  if (special !== undefined) return special;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$|^[+-]?0[xX][0-9a-fA-F]+$/.test(words)) return undefined;
  return words.startsWith('-0x') || words.startsWith('-0X') ? -Number(words.slice(1)) : Number(words);
};
const specials: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

/** Name and labels of a series, of which `parseText` gave the place. Throws Refusal `text_corrupt`. */
export const labelsOf = (bytes: Uint8Array, from: number, to: number): Map<string, string> => {
  let line: string;
  try {
    line = text.decode(bytes.subarray(from, to));
  } catch {
    throw new Refusal('text_corrupt', 'a series that is not UTF-8');
  }
  const open = line.indexOf('{');
  const name = (open < 0 ? line : line.slice(0, open)).trim();
  const labels = new Map<string, string>();
  if (name !== '') labels.set('__name__', name);
  if (open < 0) return labels;
  const inner = line.slice(open + 1, line.lastIndexOf('}'));
  for (let at = 0; inner.slice(at).trim() !== ''; at = pairs.lastIndex) {
    pairs.lastIndex = at;
    const { bare, quoted, value } = pairs.exec(inner)?.groups ?? {};
    // A quoted text without a value is the metric's own name (Prometheus 3).
    const key = bare ?? (quoted === undefined ? undefined : plain(quoted));
    if (key === undefined || (value === undefined && bare !== undefined))
      throw new Refusal('text_corrupt', `labels of ${name.slice(0, 64) || 'a series'} cannot be read`);
    const label = value === undefined ? '__name__' : key;
    if (labels.has(label)) throw new Refusal('text_corrupt', `label "${label.slice(0, 64)}" stands twice`);
    labels.set(label, plain(value ?? key));
  }
  return labels;
};

const pairs =
  /\s*(?:(?<bare>[a-zA-Z_][\w:]*)|"(?<quoted>(?:[^"\\]|\\.)*)")\s*(?:=\s*"(?<value>(?:[^"\\]|\\.)*)")?\s*(?:,|$)/suy;
const plain = (of: string): string =>
  of.replace(/\\(.)/gs, (whole, c: string) => (c === 'n' ? '\n' : c === '"' || c === '\\' ? c : whole));
