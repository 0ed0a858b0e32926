// The budget of false alarms is meant per day: whoever looks more often needs rarer evidence, whoever looks once an hour less.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { LOOK_MS_MOST, looksOf } from './readings.ts';
import { runSingle } from './run.ts';

const noisy = (seed: number, rows: number, at: number, lift: number): number[] => {
  const random = seededRandom(seed);
  const noise = () => random() + random() + random() + random() - 2;
  return Array.from({ length: rows }, (_, row) => 100 + noise() + (row === at ? lift : 0));
};
const alarms = (stepS: number, values: readonly number[]): number => {
  const verdicts = runSingle(
    values.map((_, row) => 1_700_000_000 + row * stepS),
    values,
  );
  return verdicts.filter(({ anomaly }, row) => anomaly === 1 && verdicts[row - 1]?.anomaly !== 1).length;
};

describe('looks of a day', () => {
  it('cost decades where they are many, and give some back where they are few, down to one a day', () => {
    expect(looksOf(300_000)).toBe(0);
    expect(looksOf(1_000)).toBeCloseTo(Math.log10(300), 9);
    expect(looksOf(3_600_000)).toBeCloseTo(-Math.log10(12), 9);
    expect(looksOf(7 * LOOK_MS_MOST)).toBe(looksOf(LOOK_MS_MOST));
  });

  it('the same dent, seen hourly, is told; at a sample a second it is what a day of seconds brings', () => {
    const dent = noisy(5, 2_000, 1_500, 4);
    expect(alarms(3_600, dent)).toBe(1);
    expect(alarms(1, dent)).toBe(0);
  });

  it('a season of hours and a day of minutes without trouble are quiet', () => {
    for (const seed of [1, 2, 3]) {
      expect(alarms(3_600, noisy(seed, 2_160, -1, 0))).toBeLessThan(2);
      expect(alarms(60, noisy(seed, 1_440, -1, 0))).toBe(0);
    }
  });
});
