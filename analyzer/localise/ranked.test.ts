// A trouble so faint that no sample leaves its band is named all the same, and said to be doubtful.
import { expect, it } from 'vitest';
import { evidence, series } from '../testing/evidence.ts';
import { ranked } from './ranked.ts';

const faint = [2.4, 1.8, 2.2, 2.6, 1.9, 2.1];
const late = (entity: string, deviations: readonly number[]) =>
  series(
    { entity, metric: 'server.duration' },
    0.05,
    deviations.map((z) => 0.05 + 0.005 * z),
  );
const calls = [['shop', 'bank']] as const;

it('names who has been a little late for long, where nobody is clearly late', () => {
  const { suspects, margin } = ranked(
    evidence([late('shop', [0.3, -0.2, 0.1, 0, 0.2, -0.1]), late('bank', faint)], calls),
  );
  expect(suspects.map(({ entity }) => entity)).toEqual(['bank']);
  expect(margin).toBeLessThan(2 / 3);
});

it('says nothing of it where somebody is clearly late', () => {
  const { suspects } = ranked(evidence([late('shop', [40, 42, 41, 40, 43, 41]), late('bank', faint)], calls));
  expect(suspects.map(({ entity }) => entity)).toEqual(['shop']);
});
