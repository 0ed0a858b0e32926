// A reader over protobuf's wire format that makes no objects: the caller walks the tags and takes what it needs.
import type { KnownTexts } from './known-texts.ts';
import { Refusal } from './refusal.ts';

const TWO_28 = 268_435_456;
const corrupt = (what: string): Refusal => new Refusal('protobuf_corrupt', `protobuf: ${what}`);

export class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where the next byte is read. */
  at: number;
  /** End of the message that is read now. */
  end: number;
  private readonly texts: KnownTexts | undefined;

  /** @param texts where the message is of labels, whose texts come again */
  constructor(bytes: Uint8Array, from = 0, to = bytes.length, texts?: KnownTexts) {
    this.texts = texts;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = from;
    this.end = to;
  }

  /** A varint as a signed 64-bit number; exact up to 2^53 either way. */
  varint(): number {
    const bytes = this.bytes;
    let at = this.at;
    let byte = bytes[at++]!;
    if (byte < 0x80) {
      this.at = at;
      return byte;
    }
    let low = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = bytes[at++]!;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.at = at;
        return low;
      }
    }
    let middle = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      byte = bytes[at++]!;
      middle |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.at = at;
        return middle * TWO_28 + low;
      }
    }
    byte = bytes[at++]!;
    let high = byte & 0x7f;
    if (byte >= 0x80) {
      byte = bytes[at++]!;
      if (!(byte <= 1)) throw corrupt('a varint of more than ten bytes');
      high |= byte << 7;
    } else if (byte === undefined) throw corrupt('cut off');
    this.at = at;
    // Bit 63 is the sign; the order of the additions keeps small negative numbers exact.
    return ((high >= 128 ? high - 256 : high) * TWO_28 + middle) * TWO_28 + low;
  }

  /** The next tag, or 0 at the end of the message. Field number is `tag >>> 3`, wire type `tag & 7`. */
  tag(): number {
    if (this.at >= this.end) {
      if (this.at > this.end) throw corrupt('a field reaches past its message');
      return 0;
    }
    const tag = this.varint();
    if (tag < 8 || tag > 0xffff_ffff) throw corrupt(`field number ${tag >>> 3}`);
    return tag;
  }

  /** Length of the field that follows; its bytes start at `at`. */
  length(): number {
    const length = this.varint();
    if (!(length >= 0 && length <= this.end - this.at)) throw corrupt('a length reaches past its message');
    return length;
  }

  double(): number {
    const at = this.at;
    if (at + 8 > this.end) throw corrupt('cut off');
    this.at = at + 8;
    return this.view.getFloat64(at, true);
  }

  /** A signed fixed 64-bit number; exact up to 2^53. */
  sfixed64(): number {
    const at = this.at;
    if (at + 8 > this.end) throw corrupt('cut off');
    this.at = at + 8;
    return this.view.getInt32(at + 4, true) * 4_294_967_296 + this.view.getUint32(at, true);
  }

  /** Nanoseconds since 1970 as whole milliseconds, without the rounding that 64 bits in a double would bring. */
  nanosAsMs(): number {
    const at = this.at;
    if (at + 8 > this.end) throw corrupt('cut off');
    this.at = at + 8;
    const high = this.view.getUint32(at + 4, true);
    return high * 4_294 + Math.floor((high * 967_296 + this.view.getUint32(at, true)) / 1e6);
  }

  skip(tag: number): void {
    const type = tag & 7;
    if (type === 0) this.varint();
    else if (type === 1) this.at += 8;
    else if (type === 2) {
      const length = this.length();
      this.at += length;
    } else if (type === 5) this.at += 4;
    else throw corrupt(`wire type ${type}`);
    if (this.at > this.end) throw corrupt('a field reaches past its message');
  }

  text(length: number): string {
    const from = this.at;
    this.at += length;
    return this.texts === undefined
      ? utf8(this.bytes, from, this.at)
      : this.texts.text(this.bytes, this.view, from, this.at);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });
/** Text of a stretch of bytes; refuses what is not UTF-8. */
export const utf8 = (bytes: Uint8Array, from: number, to: number): string => {
  try {
    return decoder.decode(bytes.subarray(from, to));
  } catch {
    throw corrupt('a text that is not UTF-8');
  }
};
