// Whose fault a slow edge is: its callee's where callers agree, its caller's where it alone complains.
import { expect, test } from 'vitest';
import { type Scored, shareOut as shared, type WaitsFor } from './edges.ts';
import { defaults } from './settings.ts';

const nobody: WaitsFor = () => false;
const shareOut = (scored: readonly Scored[], waitsFor = nobody, confesses = (_: string) => false) =>
  shared(scored, 0, defaults, { waitsFor, confesses });

const edge = (caller: string, entity: string, strength: number, shift = strength): Scored => ({
  series: {
    meta: { id: caller + entity, caller, entity, metric: 'm', unit: 's', class: 'latency', kind: 'gauge', bad: 'up' },
    baseline: { n: 9, location: 1, scale: 1, mean: 1, sd: 1, min: 1, max: 1, missing: 0 },
    timesMs: new Float64Array(0),
    values: new Float64Array(0),
  },
  strength: { strength, seen: 1, onsetMs: 0, present: 3, share: 1, shift, scale: 0.05 },
});

test('a caller to whom everything is slow bears it itself', () => {
  const { kept, callers } = shareOut([edge('a', 'x', 4, 80), edge('a', 'y', 4, 81), edge('a', 'z', 7, 83)]);
  // z was the steadiest, so the same 80 ms are louder there; beside its siblings they say nothing.
  expect(kept.map((k) => k.strength.strength)).toEqual([0, 0, 0]);
  expect(callers.get('a')?.strength.strength).toBe(4);
});

test('one callee that is slower than its siblings keeps the blame', () => {
  const { kept, callers } = shareOut([edge('a', 'x', 0, 0.1), edge('a', 'y', 0, 0.2), edge('a', 'z', 5, 80)]);
  expect(kept[2]?.strength.strength).toBe(5);
  expect(callers.get('a')?.strength.strength ?? 0).toBe(0);
});

test('what is a little later at all callees accounts for no more than that little of the one that is much later', () => {
  // Calls to the database wait 24 ms for once, where a third of one is usual; those to the payment take 200 more, over a link that loses packets.
  const waits = [edge('a', 'database', 1.6, 0.024), edge('a', 'payment', 1.8, 0.276), edge('a', 'queue', 1.5, 0.001)];
  const ages = waits.map((one) => ({ ...one, series: { ...one.series, meta: { ...one.series.meta, metric: 'age' } } }));
  const { kept } = shareOut([...ages, edge('a', 'payment', 2.7, 0.2)]);
  expect(kept.at(-1)?.strength.strength).toBeGreaterThan(2);
});

test('a callee of which two callers complain keeps the blame; one lone complaint goes mostly to its caller', () => {
  expect(shareOut([edge('a', 'x', 4), edge('b', 'x', 4)]).callers.size).toBe(0);
  const { kept, callers } = shareOut([edge('a', 'x', 4), edge('b', 'x', 0)]);
  expect(kept[0]?.strength.strength).toBeCloseTo(1.2);
  expect(callers.get('a')?.strength.strength).toBeCloseTo(2.8);
});

test('callees that wait for a slow one beside them are its victims, and no witnesses against the caller of all', () => {
  const slow = [edge('a', 'bank', 4, 80), edge('a', 'till', 4, 81), edge('a', 'shop', 4, 83)];
  const { kept, callers } = shareOut(slow, (entity, callee) => entity !== 'bank' && callee === 'bank');
  expect(kept.map((k) => k.strength.strength)).toEqual([4, 4, 4]);
  expect(callers.size).toBe(0);
});

test('callees that wait for each other in a circle explain nothing: all of them are witnesses', () => {
  const slow = [edge('a', 'x', 4, 80), edge('a', 'y', 4, 81), edge('a', 'z', 4, 83)];
  expect(shareOut(slow, () => true)).toEqual(shareOut(slow));
});

test('leaves a complaint that another caller shares with the callee, unless the louder one shows a reason of its own', () => {
  const both = [edge('a', 'x', 4), edge('b', 'x', 1)];
  expect(shareOut(both).callers.size).toBe(0);
  expect(shareOut(both, nobody, (entity) => entity === 'a').callers.get('a')?.strength.strength).toBeGreaterThan(2);
});

test('one slow call at the onset is no complaint about a callee that another caller has waited for ever since', () => {
  const told = (one: Scored, ...values: number[]): Scored => ({
    ...one,
    series: {
      ...one.series,
      timesMs: Float64Array.from(values, (_, i) => 1_000 * i),
      values: Float64Array.from(values),
    },
  });
  // The pool of a is exhausted: it waits for its database, which answers b as ever; only in the first second one of the calls of b took a little longer.
  const waits = told(edge('a', 'database', 7), 1, 400, 900);
  const blamed = (...ofB: number[]) => shareOut([waits, told(edge('b', 'database', 0.6), ...ofB)]).callers.get('a');
  expect(blamed(9, 1, 1)?.strength.strength).toBeGreaterThan(4);
  expect(blamed(9, 9, 9)).toBeUndefined();
});
