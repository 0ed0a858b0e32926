// ClickHouse's RowBinary format, row after row, for tables of many text columns: a third of what JSON costs on both sides.

const FIRST_BYTES = 65_536;
/** Bytes of UTF-8 that a UTF-16 unit takes at most. */
const UTF8_MAX = 3;

export class RowBinary {
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private at = 0;

  /** UInt64, from 16 hex digits. */
  uint64(hex16: string): this {
    this.room(8);
    this.at = this.bytes.writeUInt32LE(Number.parseInt(hex16.slice(8), 16), this.at);
    this.at = this.bytes.writeUInt32LE(Number.parseInt(hex16.slice(0, 8), 16), this.at);
    return this;
  }

  /** DateTime64(3), from epoch ms. */
  millis(ms: number): this {
    this.room(8);
    this.at = this.bytes.writeBigInt64LE(BigInt(Math.floor(ms)), this.at);
    return this;
  }

  /** DateTime, from epoch ms. */
  seconds(ms: number): this {
    this.room(4);
    this.at = this.bytes.writeUInt32LE(Math.floor(ms / 1_000), this.at);
    return this;
  }

  /** String, and LowCardinality of it. */
  text(value: string): this {
    const most = value.length * UTF8_MAX;
    this.room(most + 5);
    if (most < 0x80) {
      // The length takes one byte, whatever it is: written behind it first.
      const written = this.bytes.write(value, this.at + 1);
      this.bytes[this.at] = written;
      this.at += 1 + written;
    } else {
      this.length(Buffer.byteLength(value));
      this.at += this.bytes.write(value, this.at);
    }
    return this;
  }

  /** Map of String to String. */
  map(pairs: Readonly<Record<string, string>>): this {
    const all = Object.entries(pairs);
    this.length(all.length);
    for (const [key, value] of all) this.text(key).text(value);
    return this;
  }

  /** Array; its items are written by `item`. */
  array<T>(items: readonly T[], item: (of: T) => void): this {
    this.length(items.length);
    for (const one of items) item(one);
    return this;
  }

  done(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  private length(n: number): void {
    this.room(5);
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
