// What a probe reads of its own process every second must not be felt by whoever it watches.
import { getHeapCodeStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { ProcessPoints } from './process-points.ts';

const ROUNDS = 7;
/** The least processor time that it takes, ms: what else runs only adds to it. */
const costMs = (work: () => void): number => {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...rounds);
};

test('a tick walks through no heap: a service with much in memory would stand still for it every second', () => {
  const kept = Array.from({ length: 500_000 }, (_, i) => ({ order: i, rider: `r${i % 100}` }));
  const points = new ProcessPoints();
  let count = 0;
  const tick = costMs(() => points.emitAll(1_000, () => void count++));
  expect(count).toBeGreaterThan(30 * ROUNDS);
  expect(tick).toBeLessThan(costMs(() => getHeapCodeStatistics()) / 2);
  expect(kept.length).toBe(500_000);
});
