// Snappy's block format, inflated only after its declared length was found within the limit, into memory that is used again.
// The native package took 0.71 µs a sample of remote-write, most of it for memory that was new each time; this took 0.38, and half of that since it copies words.
import { Refusal } from './refusal.ts';
import { copyOver, OVER } from './words.ts';

/** The length that a snappy block declares, or -1 where it declares none. */
export const snappyLength = (bytes: Uint8Array): number => {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[i];
    if (byte === undefined) return -1;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return length <= 0xffff_ffff ? length : -1;
  }
  return -1;
};

const corrupt = (what: string): Refusal => new Refusal('snappy_corrupt', `snappy: ${what}`);

export class Snappy {
  private out = new Uint8Array(65_536 + OVER);
  private view = new DataView(this.out.buffer);
  private readonly bytesMax: number;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** The block inflated; valid until the next call. Throws Refusal `body_too_large` or `snappy_corrupt`. */
  inflate(bytes: Uint8Array): Uint8Array {
    const length = snappyLength(bytes);
    if (length < 0) throw corrupt('no length at the start of the block');
    if (length > this.bytesMax)
      throw new Refusal('body_too_large', `snappy: a block of ${length} bytes, at most ${this.bytesMax}`);
    // A byte of snappy makes some 30 at most: a longer claim is a lie that would only cost memory.
    if (length > bytes.length * 64) throw corrupt('more bytes are declared than the block can hold');
    if (length + OVER > this.out.length) {
      this.out = new Uint8Array(Math.min(this.bytesMax, length * 2) + OVER);
      this.view = new DataView(this.out.buffer);
    }
    const { out, view } = this;
    const input = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (bytes[at]! >= 0x80) at++;
    at++;
    let to = 0;
    while (at < bytes.length) {
      const tag = bytes[at++]!;
      let count = (tag >>> 2) + 1;
      if ((tag & 3) === 0) {
        if (count > 60) {
          const wide = count - 60;
          if (at + wide > bytes.length) throw corrupt('cut off');
          count = 1;
          for (let i = 0; i < wide; i++) count += bytes[at + i]! * 256 ** i;
          at += wide;
        }
        if (count > bytes.length - at || count > length - to) throw corrupt('a literal reaches past the block');
        if (at + count + OVER <= bytes.length) copyOver(input, at, view, to, count);
        else for (let i = 0; i < count; i++) out[to + i] = bytes[at + i]!;
        at += count;
        to += count;
        continue;
      }
      let offset = 0;
      if ((tag & 3) === 1) {
        count = 4 + ((tag >>> 2) & 7);
        offset = ((tag >>> 5) << 8) | bytes[at]!;
        at += 1;
      } else if ((tag & 3) === 2) {
        offset = bytes[at]! | (bytes[at + 1]! << 8);
        at += 2;
      } else {
        offset = bytes[at]! + bytes[at + 1]! * 256 + bytes[at + 2]! * 65_536 + bytes[at + 3]! * 16_777_216;
        at += 4;
      }
      if (at > bytes.length || !(offset > 0 && offset <= to) || count > length - to)
        throw corrupt('a copy reaches outside the block');
      if (offset > OVER) copyOver(view, to - offset, view, to, count);
      else for (let i = 0; i < count; i++) out[to + i] = out[to - offset + i]!;
      to += count;
    }
    if (to !== length) throw corrupt('the block is shorter than it declares');
    return out.subarray(0, length);
  }
}
