import { describe, expect, it } from 'vitest';
import { commonMode } from './busy.ts';

describe('a busy machine', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const itself = (e: string): ReadonlySet<string> => new Set([e]);
  it('is many slow edges that no one explains', () => {
    expect(commonMode(names.length, names, itself)).toBe(true);
  });
  it('is not a chain that leads to one callee', () => {
    expect(commonMode(names.length, names, (e) => (e === 'a' ? new Set(names) : itself(e)))).toBe(false);
  });
  it('is neither a few slow edges among many nor a platform of few edges', () => {
    expect(commonMode(2 * names.length + 1, names, itself)).toBe(false);
    expect(commonMode(5, names.slice(0, 5), itself)).toBe(false);
  });
});
