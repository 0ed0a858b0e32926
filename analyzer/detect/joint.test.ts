// Several metrics of one server: what is odd in each but decides in none, decides when it comes together, and chance does not.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { Joint, waysOf } from './joint.ts';
import { runJoint, runSingle } from './run.ts';

const STEP_S = 300;
const ROWS = 4_000;
const FAULT_ROW = 3_000;
const times = Array.from({ length: ROWS }, (_, row) => 1_700_000_000 + row * STEP_S);
const names = Array.from({ length: 19 }, (_, m) => `m${m}`);

/** Nineteen metrics of their own noise; `lift` scales of trouble on the first `sick` of them for half an hour. */
const server = (seed: number, sick: number, lift: number): number[][] => {
  const random = seededRandom(seed);
  const noise = () => random() + random() + random() + random() - 2;
  return names.map((_, m) =>
    times.map((_, row) => 50 + noise() + (m < sick && row >= FAULT_ROW && row < FAULT_ROW + 6 ? lift : 0)),
  );
};
const rowsOf = (columns: number[][]): number[] =>
  runJoint(names, times, columns).flatMap(({ anomaly }, row) => (anomaly === 1 ? [row] : []));

describe('the joint decision', () => {
  it('tells a trouble that shows in four metrics and is too small for most of them alone', () => {
    const columns = server(3, 4, 1.8);
    const alone = columns.filter((c) => runSingle(times, c).some(({ anomaly }) => anomaly === 1));
    expect(alone.length).toBeLessThan(2);
    const verdicts = runJoint(names, times, columns);
    const first = verdicts.findIndex(({ anomaly }) => anomaly === 1);
    expect(first).toBeGreaterThanOrEqual(FAULT_ROW);
    expect(first).toBeLessThan(FAULT_ROW + 6);
    expect(verdicts[first]!.metrics.length).toBeGreaterThan(1);
    for (const metric of verdicts[first]!.metrics) expect(names.indexOf(metric)).toBeLessThan(4);
  });

  it('is quiet on a server where nothing happens: two weeks of nineteen metrics', () => {
    expect(rowsOf(server(4, 0, 0))).toEqual([]);
  });

  it('asks more of the best of many than of the only one, and corroboration however far one is out', () => {
    expect(waysOf(1)).toEqual([0]);
    const told = (size: number, decades: readonly number[]) => {
      const joint = new Joint(size, 6.2);
      for (const [m, d] of decades.entries()) joint.put(m, 0, d);
      return joint.read().decades;
    };
    expect(told(1, [6])).toBe(6);
    expect(told(19, [6])).toBeCloseTo(6 - Math.log10(19), 9);
    expect(told(19, [40])).toBeLessThan(6.2);
    for (const size of [2, 3, 8, 19, 38, 100]) {
      expect(told(size, [40])).toBeLessThan(6.2);
      const together = Math.min(size, Math.max(3, Math.ceil(size / 8)));
      expect(
        told(
          size,
          Array.from({ length: together }, () => 8),
        ),
      ).toBeGreaterThan(6.2);
    }
  });
});
