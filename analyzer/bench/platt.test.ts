// A curve that cases were drawn from is found again; the product's own grows with the margin everywhere.
import { seededRandom } from '@fenghuo/kit';
import { expect, it } from 'vitest';
import { confidenceOf } from '../localise/confidence.ts';
import { platt } from './platt.ts';

it('finds the curve that cases were drawn from', () => {
  const random = seededRandom(7);
  const from = { at: 0.5, slope: 2 };
  const tried = Array.from({ length: 20_000 }, () => {
    const margin = 0.05 + 0.9 * random();
    return { margin, isRight: random() < confidenceOf(margin, from) };
  });
  const { at, slope } = platt(tried);
  expect(Math.abs(at - from.at)).toBeLessThan(0.1);
  expect(Math.abs(slope - from.slope)).toBeLessThan(0.1);
});

it('is a chance that grows with the margin, from nothing to nearly one', () => {
  const margins = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1];
  const chances = margins.map((margin) => confidenceOf(margin));
  expect(chances[0]).toBe(0);
  expect(chances.at(-1)).toBeLessThanOrEqual(1);
  expect([...chances].sort((a, b) => a - b)).toEqual(chances);
  expect(new Set(chances).size).toBe(margins.length);
});
