// What failed calls are worth as evidence, tick by tick, on an edge whose calls are counted: in trouble, and once it is over.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Graph } from '../graph.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { Watch } from '../watch.ts';
import { weighed } from './calls.ts';
import { failuresSinceCalm, failuresWeighed } from './failures.ts';
import { natsNeeded } from './rarity.ts';
import type { Weighed } from './weighed.ts';

const toBank = { edge: { callee: 'bank', protocol: 'http' }, kind: 'delta' } as const;
const { schema, frame } = probeOf('till', [
  { ...toBank, metric: 'http.client.request.duration', unit: 's', class: 'traffic', stat: 'count' },
  { ...toBank, metric: 'fenghuo.client.errors', unit: '{error}', class: 'errors' },
  { ...toBank, metric: 'fenghuo.client.calls.failing_moments', unit: '{moment}', class: 'traffic' },
]);

/** Nats and ticks of the edge's errors after two healthy minutes of ten calls a second, then `failed` of ten in each tick. */
const after = (...failed: readonly number[]): Weighed => afterAt(1, ...failed);
/** The same where the calls that fail in a tick do so at so many moments of it. */
const afterAt = (moments: number, ...failed: readonly number[]): Weighed => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(schema, 0);
  [...Array.from({ length: 120 }, () => 0), ...failed].forEach((errors, at) => {
    watch.push(frame(at + 1, 10, errors, errors > 0 ? moments : 0), (at + 1) * 1_000);
  });
  const errors = [...watch.series.values()].find(({ meta }) => meta.class === 'errors')!;
  const rule = watch.detectors.find((one) => one.class === 'errors')!;
  return weighed(watch, errors, () => true, rule);
};
const times = (n: number, failed: number): number[] => Array.from({ length: n }, () => failed);

it('adds up over ticks in which many calls fail, and over short lulls between them', () => {
  expect(after(8, 9, 7).nats).toBeGreaterThan(natsNeeded(100));
  expect(after(8, 9, 0, 0, 7).ticks).toBe(3);
});

it('takes calls that fail one after the other for more than a connection that broke with all it carried', () => {
  expect(afterAt(1, 3).nats).toBeLessThanOrEqual(10);
  expect(afterAt(2, 3).nats).toBe(afterAt(1, 3).nats);
  expect(afterAt(3, 3).nats).toBeGreaterThan(12);
  expect(afterAt(3, 3).nats).toBeLessThan(natsNeeded(50));
});

it('does not take the failures in hand for what is usual: the second tick of a trouble is worth no less for the first', () => {
  expect(afterAt(3, 3, 3).nats).toBeCloseTo(2 * afterAt(3, 3).nats, 1);
});

it('begins anew once the trouble is over: a stray error after a recovery is a stray error', () => {
  expect(after(...times(10, 8), ...times(4, 0), 1).nats).toBeGreaterThan(natsNeeded(100));
  expect(after(...times(10, 8), ...times(5, 0), 1).nats).toBeLessThan(natsNeeded(1));
});

it('need not be weighed where nobody counts the calls and since the last calm no more failed than the least trouble has', () => {
  const tick = fc.oneof(fc.constant(0), fc.constant(Number.NaN), fc.integer({ min: 0, max: 4 }));
  const ticks = fc.array(tick, { maxLength: 32 });
  const share = fc.double({ min: 0.005, max: 3, noNaN: true });
  let spared = 0;
  fc.assert(
    fc.property(ticks, fc.integer({ min: 1, max: 5 }), share, (values, floor, usual) => {
      if (failuresSinceCalm(values) > floor) return;
      spared++;
      const matters = Math.max(floor, 2 * usual);
      expect(failuresWeighed({ values, calls: undefined }, { usual, matters, floor }).ticks).toBe(0);
    }),
    { numRuns: 2_000 },
  );
  expect(spared).toBeGreaterThan(200);
});
