// Bins hold what was stated within them, and say how often it was right.
import { expect, it } from 'vitest';
import { reliability } from './reliability.ts';

it('counts each case in one bin', () => {
  const bins = reliability([
    { confidence: 0.95, isRight: true },
    { confidence: 1, isRight: true },
    { confidence: 0.9, isRight: false },
    { confidence: 0.2, isRight: false },
  ]);
  expect(bins.map(({ from, cases }) => [from, cases])).toEqual([
    [0, 1],
    [0.9, 3],
  ]);
  expect(bins[1]!.stated).toBeCloseTo(0.95);
  expect(bins[1]!.right).toBeCloseTo(2 / 3);
});
