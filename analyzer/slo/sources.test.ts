// The share of calls above a bound, read off quantiles: exact at a quantile, a straight line between, nothing beyond the slowest.
import { describe, expect, it } from 'vitest';
import { shareAbove } from './sources.ts';

const points = [
  { value: 0.1, q: 0.5 },
  { value: 0.2, q: 0.9 },
  { value: 0.5, q: 0.99 },
  { value: 1, q: 1 },
];
describe('the share of calls above a bound', () => {
  it.each([
    [0.1, 0.5],
    [0.2, 0.1],
    [0.15, 0.3],
    [0.75, 0.005],
    [1, 0],
    [3, 0],
    [0, 1],
  ])('%d s → %d', (bound, share) => expect(shareAbove(points, bound)).toBeCloseTo(share, 9));

  it('leaves out what was not measured, and copes with quantiles that are equal', () => {
    expect(
      shareAbove(
        [
          { value: Number.NaN, q: 0.5 },
          { value: 2, q: 1 },
        ],
        1,
      ),
    ).toBeCloseTo(0.5, 9);
    expect(
      shareAbove(
        [
          { value: 1, q: 0.5 },
          { value: 1, q: 1 },
        ],
        1,
      ),
    ).toBe(0);
    expect(
      shareAbove(
        [
          { value: 1, q: 0.5 },
          { value: 1, q: 1 },
        ],
        0.5,
      ),
    ).toBeCloseTo(0.75, 9);
    expect(shareAbove([], 1)).toBe(0);
  });
});
