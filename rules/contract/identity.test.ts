// The quick hash is FNV-1a to the bit: ids that were given must not change.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hash64 } from './identity.ts';

/** FNV-1a as its definition reads. */
const defined = (value: string): string => {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < value.length; i++)
    hash = ((hash ^ BigInt(value.charCodeAt(i))) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
};

it('is FNV-1a, 64 bit', () => {
  expect(hash64('')).toBe('cbf29ce484222325');
  expect(hash64('a')).toBe('af63dc4c8601ec8c');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
      expect(hash64(value)).toBe(defined(value));
    }),
  );
});
