// Our snappy against the library's: what it packs comes out the same, and no bytes whatever do harm.
import fc from 'fast-check';
import { compressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { Refusal } from './refusal.ts';
import { Snappy } from './snappy.ts';

const LIMIT = 1_000_000;

describe('snappy', () => {
  it('inflates what the library packs: noise, runs, repeats near and far', () => {
    const snappy = new Snappy(LIMIT);
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat(255), fc.nat(5_000)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.constantFrom('__name__', 'instance', 'host-0001.example').map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const plain = Buffer.concat([...pieces, ...pieces]);
        expect(Buffer.compare(snappy.inflate(compressSync(plain)), plain)).toBe(0);
      }),
      { numRuns: 300 },
    );
    const far = Buffer.concat([Buffer.from('far away'), Buffer.alloc(300_000, 7), Buffer.from('far away')]);
    expect(Buffer.compare(snappy.inflate(compressSync(far)), far)).toBe(0);
  });

  it('answers any bytes, and any mutation of a block, with bytes of the declared length or a refusal', () => {
    const snappy = new Snappy(LIMIT);
    const judge = (bytes: Uint8Array): void => {
      try {
        expect(snappy.inflate(bytes).length).toBeLessThanOrEqual(LIMIT);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), judge), { numRuns: 3_000 });
    const block = compressSync(Buffer.from('a label, a value, a label, a value, '.repeat(30)));
    fc.assert(
      fc.property(fc.nat(block.length - 1), fc.nat(255), fc.nat(block.length), (at, byte, cut) => {
        const bytes = Uint8Array.from(block);
        bytes[at] = byte;
        judge(bytes.subarray(0, cut));
        judge(bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  it('judges a declared length before it costs memory', () => {
    expect(() => new Snappy(LIMIT).inflate(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 0, 0))).toThrow('at most');
    expect(() => new Snappy(LIMIT).inflate(Uint8Array.of(0xff, 0xff, 0x3c, 0, 0))).toThrow('can hold');
  });
});
