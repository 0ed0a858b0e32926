// What a stated probability may claim: .99 takes rarity and persistence, and more evidence never makes it less.
import { describe, expect, it } from 'vitest';
import { probabilityOf } from './probability.ts';

const stated = (sum: number, decades: number, isYoung = false): number => probabilityOf(3, sum, decades, 2, isYoung);

describe('probabilityOf', () => {
  it('is never .99 for a sample or two, however far outside', () => {
    for (const sum of [0, 3, 6]) expect(stated(sum, 60)).toBeLessThanOrEqual(0.95);
    expect(stated(30, 60, true)).toBeLessThanOrEqual(0.95);
  });

  it('is never .99 for what lasts but is not rare', () => {
    expect(stated(100, 2 + 8)).toBeLessThan(0.99);
  });

  it('is .99 for what is rare and lasts', () => {
    expect(stated(12, 2 + 11)).toBeGreaterThanOrEqual(0.99);
  });

  it('grows with rarity and with persistence, from 0 to 1', () => {
    const sums = [0, 3, 6, 7, 9, 11, 12, 40];
    const rarities = [0, 3, 7, 7.7, 8, 10, 13, 20, 60];
    for (const [i, sum] of sums.entries())
      for (const [j, decades] of rarities.entries()) {
        expect(stated(sum, decades)).toBeGreaterThanOrEqual(j === 0 ? 0 : stated(sum, rarities[j - 1]!));
        expect(stated(sum, decades)).toBeGreaterThanOrEqual(i === 0 ? 0 : stated(sums[i - 1]!, decades));
        expect(stated(sum, decades)).toBeLessThanOrEqual(1);
      }
  });
});
