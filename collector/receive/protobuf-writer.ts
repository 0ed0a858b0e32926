// Protobuf's wire format, written: for answers, for JSON that becomes protobuf, and for what tests send.

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
