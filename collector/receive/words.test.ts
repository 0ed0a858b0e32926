// Words of bytes compare and copy as bytes do, at any place and of any length.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyOver, isSame, OVER } from './words.ts';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

describe('words', () => {
  it('differ where one byte differs, wherever it stands', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(9), fc.nat(9), fc.nat(69), (bytes, left, right, at) => {
        const [a, b] = [new Uint8Array(left + bytes.length), new Uint8Array(right + bytes.length)];
        a.set(bytes, left);
        b.set(bytes, right);
        expect(isSame(viewOf(a), left, viewOf(b), right, bytes.length)).toBe(true);
        if (at >= bytes.length) return;
        b[right + at]! ^= 0x80;
        expect(isSame(viewOf(a), left, viewOf(b), right, bytes.length)).toBe(false);
      }),
    );
  });

  it('copy within one memory what lies eight bytes before, and overrun no further than they say', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 40 }), fc.nat(100), (bytes, count) => {
        const memory = new Uint8Array(bytes.length + count + OVER);
        memory.set(bytes);
        const from = bytes.length - 8;
        copyOver(viewOf(memory), from, viewOf(memory), bytes.length, count);
        for (let i = 0; i < count; i++) expect(memory[bytes.length + i]).toBe(memory[from + i]);
      }),
    );
  });
});
