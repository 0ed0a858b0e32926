// Availability falls from 99.9 to 99 %: one point of a hundred, and ten times as many calls that fail.
import { seededRandom } from '@fenghuo/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesMeta } from '../types.ts';
import { BEGAN, DetectorBank } from './bank.ts';
import { backward, forward } from './transform.ts';

const START = 1_700_000_000_000;
const availability: SeriesMeta = {
  id: '0000000000000001',
  entity: 'bank-a',
  metric: 'availability',
  unit: '%',
  class: 'errors',
  kind: 'gauge',
  bad: 'down',
};

/** Seconds after which it was told that of 2,000 calls a second this share fails; healthy for an hour before. */
const toldAfter = (meta: SeriesMeta, usual: number, now: number, whole: number, seconds = 60): number => {
  const bank = new DetectorBank();
  const index = bank.add(meta, 1_000);
  const random = seededRandom(3);
  // Of so many calls the number that fail, Poisson by a normal's shape.
  const share = (of: number) => {
    const mean = 2_000 * of;
    const failed = Math.max(
      0,
      Math.round(mean + Math.sqrt(mean) * (random() + random() + random() + random() - 2) * 1.73),
    );
    const bad = failed / 2_000;
    return whole * (meta.bad === 'down' ? 1 - bad : bad);
  };
  for (let s = 0; s < 3_600; s++) expect(bank.push(index, START + s * 1_000, share(usual))).toBe(0);
  for (let s = 0; s < seconds; s++) if (bank.push(index, START + (3_600 + s) * 1_000, share(now)) === BEGAN) return s;
  return Number.POSITIVE_INFINITY;
};

describe('shares of calls near none and all', () => {
  it('sees availability fall from 99.9 to 99 %, in per cent and as a share, and a share of errors rise alike', () => {
    expect(toldAfter(availability, 0.001, 0.01, 100)).toBeLessThan(15);
    expect(toldAfter({ ...availability, unit: '1' }, 0.001, 0.01, 1)).toBeLessThan(15);
    expect(toldAfter({ ...availability, unit: '1', bad: 'up' }, 0.001, 0.01, 1)).toBeLessThan(15);
  });

  it('still sees a fall to half, at once', () => {
    expect(toldAfter(availability, 0.001, 0.5, 100)).toBeLessThan(2);
  });

  it('is quiet while it stays, or becomes better', () => {
    expect(toldAfter(availability, 0.001, 0.001, 100, 7_200)).toBe(Number.POSITIVE_INFINITY);
    expect(toldAfter(availability, 0.01, 0.0005, 100, 600)).toBe(Number.POSITIVE_INFINITY);
  });

  it('returns to the share that it came from', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        expect(backward('odds', forward('odds', share))).toBeCloseTo(share, 9);
        expect(backward('percentOdds', forward('percentOdds', 100 * share))).toBeCloseTo(100 * share, 7);
      }),
    );
    expect(forward('odds', 7)).toBe(forward('odds', 1));
  });
});
