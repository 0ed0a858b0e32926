// ClickHouse's Native columns of text and of ids, written value by value into memory that goes out as it lies: a quarter of what rows cost on either side.
import type { Column } from '../native.ts';

type Data = ArrayBufferView;
const FIRST_BYTES = 16_384;
/** Bytes of UTF-8 that a UTF-16 unit takes at most. */
const UTF8_MAX = 3;
/** Texts up to this long are mostly names: written here rather than by a call into the runtime. */
const SHORT_MAX = 64;

/** A column of String. */
export class Texts {
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private at = 0;

  add(value: string): void {
    const most = value.length * UTF8_MAX;
    this.room(most + 5);
    if (value.length > SHORT_MAX || !this.short(value)) {
      const length = Buffer.byteLength(value);
      this.varint(length);
      this.at += this.bytes.write(value, this.at);
    }
  }

  /** The same text so many times. */
  repeat(value: string, times: number): void {
    if (times === 0) return;
    const from = this.at;
    this.add(value);
    const size = this.at - from;
    this.room(size * times);
    for (let done = 1; done < times; ) {
      const more = Math.min(done, times - done);
      this.bytes.copyWithin(this.at, from, from + more * size);
      this.at += more * size;
      done += more;
    }
  }

  data(): Data {
    return this.bytes.subarray(0, this.at);
  }

  /** Writes a short text of ASCII; false where it is another, and nothing is written. */
  private short(value: string): boolean {
    const { bytes } = this;
    let at = this.at;
    bytes[at++] = value.length;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[at++] = code;
    }
    this.at = at;
    return true;
  }

  private varint(n: number): void {
    let rest = n;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bytes[this.at++] = (rest & 0x7f) | 0x80;
    this.bytes[this.at++] = rest;
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const wider = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + bytes));
    this.bytes.copy(wider, 0, 0, this.at);
    this.bytes = wider;
  }
}

/** `SharedDictionariesWithAdditionalKeys`, which stands before all of a column's data. */
const DICTIONARY_VERSION = 1n;
/** The keys follow, and they replace what was before; indexes are UInt32. */
const KEYS_FOLLOW = (1n << 9n) | (1n << 10n) | 2n;

/** A column of LowCardinality(String): each text once, and a number a row. */
export class Names {
  private readonly numbers = new Map<string, number>();
  private readonly keys = new Texts();
  private rows = new Uint32Array(FIRST_BYTES);
  private at = 0;

  add(value: string): void {
    this.room(1);
    this.rows[this.at++] = this.number(value);
  }

  repeat(value: string, times: number): void {
    if (times === 0) return;
    this.room(times);
    this.rows.fill(this.number(value), this.at, this.at + times);
    this.at += times;
  }

  /** What stands before the data, in front of whatever the column is nested in. */
  static prefix(): Data {
    return BigUint64Array.of(DICTIONARY_VERSION);
  }

  data(): readonly Data[] {
    // Without rows there is no dictionary either: ClickHouse reads none.
    if (this.at === 0) return [];
    const { numbers, keys, rows, at } = this;
    return [
      BigUint64Array.of(KEYS_FOLLOW, BigInt(numbers.size)),
      keys.data(),
      BigUint64Array.of(BigInt(at)),
      rows.subarray(0, at),
    ];
  }

  column(name: string): Column {
    return [name, 'LowCardinality(String)', Names.prefix(), ...this.data()];
  }

  private room(rows: number): void {
    if (this.at + rows <= this.rows.length) return;
    const wider = new Uint32Array(Math.max(this.rows.length * 2, this.at + rows));
    wider.set(this.rows);
    this.rows = wider;
  }

  private number(value: string): number {
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(value, number);
      this.keys.add(value);
    }
    return number;
  }
}

/** A column of UInt64 from 16 hex digits each. */
export class Ids {
  private readonly words: Uint32Array;
  private at = 0;

  constructor(rows: number) {
    this.words = new Uint32Array(rows * 2);
  }

  add(hex16: string): void {
    this.words[this.at + 1] = word(hex16, 0);
    this.words[this.at] = word(hex16, 8);
    this.at += 2;
  }

  data(): Data {
    return this.words.subarray(0, this.at);
  }
}

const word = (hex: string, from: number): number => {
  let value = 0;
  for (let i = from; i < from + 8; i++) {
    const code = hex.charCodeAt(i);
    value = (value << 4) | (code < 0x40 ? code & 0xf : (code & 0xf) + 9);
  }
  return value;
};
