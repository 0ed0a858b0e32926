// A series that is called calm has no strength, so that leaving its past unread changes no ranking.
import { seededRandom } from '@fenghuo/kit';
import { expect, test } from 'vitest';
import { ONSET_MS, series } from '../testing/evidence.ts';
import { defaults } from './settings.ts';
import { fullStrengthOf, isCalm, strengthOf } from './strength.ts';

const classes = ['latency', 'errors', 'resource', 'saturation'] as const;
const units = ['s', '1', '%', '{error}', 'By', ''];
const ways = ['up', 'down', 'both'] as const;

test('whatever is calm has no strength, and a large step never is', () => {
  const random = seededRandom(7);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  let calm = 0;
  for (let k = 0; k < 4_000; k++) {
    const was = one([0, 0.01, 1, 40, 1e9]);
    const noise = (): number => was * (1 + 0.1 * (random() - 0.5)) + (random() < 0.1 ? was : 0);
    const meta = { entity: 'a', metric: 'm', class: one(classes), unit: one(units), bad: one(ways) };
    const before = Array.from({ length: Math.floor(random() * 25) }, noise);
    const shift = one([0, 0, 0.05, 0.5]) * was;
    const is = Array.from({ length: 6 }, () => (random() < 0.1 ? Number.NaN : noise() + shift));
    const made = series(meta, was, is, { scale: Math.max(1e-12, was * one([0, 0.02, 0.1])), before });
    if (isCalm(made, ONSET_MS, defaults)) {
      calm++;
      expect(fullStrengthOf(made, ONSET_MS, defaults).strength).toBe(0);
    }
  }
  expect(calm).toBeGreaterThan(500);
  expect(isCalm(series({ entity: 'a', metric: 'm' }, 1, [1, 9, 9]), ONSET_MS, defaults)).toBe(false);
});

test('what happens now and then, as collections do, accuses nobody when it happens once more; what never stopped since does', () => {
  const pauses = [0, 0, 0, 3, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0];
  const loud = (is: readonly number[], before = pauses): number => {
    const meta = { entity: 'a', metric: 'gc_pauses', class: 'resource', unit: '' } as const;
    return strengthOf(series(meta, 0, is, { scale: 1e-12, before }), ONSET_MS, defaults).strength;
  };
  const never = pauses.map(() => 0);
  const still = [6, 7, 6, 8, 7, 6, 7, 8];
  expect(loud([0, 0, 4, 0, 0, 0])).toBeLessThan(0.1);
  expect(loud([0, 0, 4, 0, 0, 0], never)).toBeLessThan(0.5);
  expect(loud(still)).toBeGreaterThan(1);
  expect(loud(still, never)).toBeGreaterThan(loud(still));
});

test('a loop that is late by a twentieth more than just before keeps nobody waiting; a memory that grew by as much may be a leak', () => {
  const before = Array.from({ length: 20 }, (_, i) => 18.4 + 0.01 * (i % 3));
  const loud = (unit: string, times = 1): number => {
    const meta = { entity: 'a', metric: 'm', class: 'resource', unit } as const;
    const [usual, more] = [before.map((value) => value * times), [19.4, 19.3, 19.4].map((value) => value * times)];
    const past = { scale: 0.5 * times, before: usual };
    return strengthOf(series(meta, 18.4 * times, more, past), ONSET_MS, defaults).strength;
  };
  expect(loud('s')).toBe(0);
  expect(loud('By', 1e8)).toBeGreaterThan(1);
});

test('a few pages more in a part of the heap that was empty are no shortage of memory, however many deviations they are', () => {
  const empty = Array.from({ length: 20 }, () => 0);
  const loud = (bytes: number): number => {
    const meta = { entity: 'a', metric: 'heap.used', class: 'resource', unit: 'By' } as const;
    const more = [bytes, bytes, bytes];
    return strengthOf(series(meta, 0, more, { scale: 1e-12, before: empty }), ONSET_MS, defaults).strength;
  };
  expect(loud(156 * 1_024)).toBe(0);
  expect(loud(512 * 2 ** 20)).toBeGreaterThan(1);
});
