// When the analyzer sheds and when it looks at everything again: told by the lag alone, second by second.
import { expect, it } from 'vitest';
import { Load } from './load.ts';

/** The level after each second of a clock, the lag in ms at each being told. */
const levels = (load: Load, fromS: number, lags: readonly number[]): number[] =>
  lags.map((lag, i) => load.take((fromS + i) * 1_000, (fromS + i) * 1_000 - lag));
const for_ = (seconds: number, lag: number): number[] => new Array<number>(seconds).fill(lag);

it('sheds a level for every three seconds too far behind, and a level less for every quarter of a minute that it keeps up', () => {
  const load = new Load();
  expect(levels(load, 0, for_(10, 20)).at(-1)).toBe(0);
  expect(levels(load, 10, [1_000, 2_500, 3_000, 3_500, 4_000, 4_500, 5_000, 5_500])).toEqual([0, 0, 0, 0, 1, 1, 1, 2]);
  expect(levels(load, 18, for_(16, 100))).toEqual([...for_(15, 2), 1]);
  expect(levels(load, 34, for_(16, 100)).at(-1)).toBe(0);
});

it('takes no pause, no restart and no wrong clock for being too slow', () => {
  expect(Math.max(...levels(new Load(), 0, [20, 20, 9_000, 6_000, 3_000, 100]))).toBe(0);
  // Thirty seconds of backlog, made up for at twice the speed.
  const backlog = Array.from({ length: 60 }, (_, i) => Math.max(30, 30_000 - i * 1_000));
  expect(Math.max(...levels(new Load(), 0, backlog))).toBe(0);
  expect(Math.max(...levels(new Load(), 0, for_(60, 3_000)))).toBe(0);
});

it('waits longer before it looks at everything again where the last time was too early', () => {
  const load = new Load();
  const late = [2_500, 3_000, 3_500, 4_000];
  levels(load, 0, [...for_(5, 20), ...late]);
  expect(load.level).toBe(1);
  expect(levels(load, 9, for_(16, 50)).at(-1)).toBe(0);
  expect(levels(load, 25, late).at(-1)).toBe(1);
  expect(levels(load, 29, for_(30, 50)).at(-1)).toBe(1);
  expect(levels(load, 59, for_(2, 50)).at(-1)).toBe(0);
});
