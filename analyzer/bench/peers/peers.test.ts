// The peers on small cases made here: each finds what its idea finds, misses what it misses, and breaks ties by the stated rule.
import { expect, it } from 'vitest';
import { recordedOf } from '../../testing/case.ts';
import type { RecordedCase } from '../case.ts';
import { circa, regress } from './circa.ts';
import { rankedBy } from './index.ts';
import { inOrder } from './observed.ts';
import { correlation, likeness, walk } from './related.ts';
import { baro, nSigma } from './scalers.ts';
import { traversal } from './traversal.ts';

const ROWS = 60;
const ONSET = 50;
/** Steady with a little noise of its own; from the onset on more by `more`. */
const noisy = (usual: number, salt: number, more: number): Float64Array =>
  Float64Array.from(
    { length: ROWS },
    (_, i) => usual * (1 + 0.02 * (((i * 7 + salt) % 11) / 5 - 1)) + (i < ONSET ? 0 : more),
  );
/** All three wait for the bank. */
const recorded = (values: readonly Float64Array[], more: Partial<RecordedCase> = {}): RecordedCase =>
  recordedOf(values, ONSET, more);
const bank = noisy(0.05, 3, 0.5);
const waits = (of: Float64Array, own: number, salt: number): Float64Array =>
  of.map((value, i) => value + own * (1 + 0.02 * (((i * 5 + salt) % 7) / 3 - 1)));
const till = waits(bank, 0.01, 1);
const app = waits(till, 0.02, 2);
const slowBank = recorded([app, till, bank, noisy(0.01, 5, 0)]);

it('scores by median and quartiles, or by mean and deviation, and knows no graph', () => {
  const one = recorded([noisy(0.1, 1, 0), noisy(0.1, 2, 0), noisy(0.1, 3, 0.2), noisy(0.1, 4, 0.1)]);
  for (const peer of [baro, nSigma]) expect(rankedBy(peer, one).slice(0, 2)).toEqual(['bank', 'menu']);
  // One wild sample of the past hides the trouble from a deviation and not from quartiles.
  const wild = Float64Array.from(noisy(0.1, 3, 0.2));
  wild[10] = 9;
  const poisoned = recorded([noisy(0.1, 1, 0), noisy(0.1, 2, 0), wild, noisy(0.1, 4, 0.05)]);
  expect(rankedBy(nSigma, poisoned)[0]).toBe('menu');
  expect(rankedBy(baro, poisoned)[0]).toBe('bank');
});

it('solves least squares', () => {
  const [a, b] = [Float64Array.of(1, -1, 2, -2, 0), Float64Array.of(1, 1, -1, -1, 0)];
  const y = a.map((value, i) => 2 * value - 3 * b[i]!);
  const [first, second] = regress(y, [a, b]);
  expect(first).toBeCloseTo(2, 1);
  expect(second).toBeCloseTo(-3, 1);
});

it('explains callers by their callee', () => expect(rankedBy(circa, slowBank)[0]).toBe('bank'));

it('walks from the alarm down to the anomalous service without anomalous callees', () => {
  const alarm = { service: 'app', metric: 'latency', time: (ONSET + 3) * 60 };
  expect(rankedBy(traversal, { ...slowBank, alarm })).toEqual(['bank']);
  // What no chain of anomalous calls reaches is not looked at, however loud.
  const elsewhere = recorded([noisy(0.02, 1, 0.4), noisy(0.02, 2, 0), noisy(0.05, 3, 5), noisy(0.01, 5, 0)], { alarm });
  expect(rankedBy(traversal, elsewhere)).toEqual(['app']);
});

it('ranks by likeness to the alarm, and walks towards who resembles its caller', () => {
  expect(likeness([1, 2, 3, Number.NaN], [2, 4, 6, 1])).toBeCloseTo(1);
  expect(likeness([1, 2, 3], [5, 5, 5])).toBe(0);
  const ranked = rankedBy(correlation, { ...slowBank, alarm: { service: 'app', metric: 'latency', time: ONSET * 60 } });
  expect(ranked.at(-1)).toBe('menu');
  expect(rankedBy(walk, slowBank)[0]).toBe('bank');
});

it('breaks ties by the earlier row, then by the order of the columns', () => {
  const all = [
    { service: 'z', score: 1, row: 4 },
    { service: 'b', score: 1, row: 2 },
    { service: 'a', score: 1, row: 2 },
    { service: 'z', score: 0.5, row: 0 },
  ];
  expect(inOrder(all)).toEqual(['b', 'a', 'z']);
  const infinite = all.map((one) => ({ ...one, score: Number.POSITIVE_INFINITY }));
  expect(inOrder(infinite)).toEqual(['z', 'b', 'a']);
});
