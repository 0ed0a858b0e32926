// A release that is bad gets a twentieth of the calls on an instance of its own: beside its peers it stands out, in the service as a whole it does not.
import { expect, it } from 'vitest';
import { Graph } from '../graph.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { Watch } from '../watch.ts';
import { againstPeers } from './peers.ts';
import { natsNeeded } from './rarity.ts';

const duration = { metric: 'http.server.request.duration', unit: 's' } as const;
const columns = [
  { ...duration, kind: 'delta', class: 'traffic', stat: 'count' },
  { ...duration, class: 'latency', stat: 'p50' },
  { metric: 'fenghuo.server.errors', unit: '{error}', kind: 'delta', class: 'errors' },
  // Collections are timed and counted as well, and are no calls.
  { metric: 'v8js.gc.duration', unit: 's', kind: 'delta', class: 'traffic', stat: 'count' },
] as const;
type Tick = readonly [calls: number, failed: number];

/** What is said of the new instance after two healthy minutes of the old one, then these ticks of both; `ago`: ticks since the new one was heard. */
const said = (old: readonly Tick[], young: readonly Tick[], ago = 0) => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  const [first, second] = [probeOf('shop', columns, 'shop-1'), probeOf('shop', columns, 'shop-2')];
  for (const { schema } of [first, second]) watch.learn(schema, 0);
  for (let at = 1; at <= 120; at++) watch.push(first.frame(at, 8 + (at % 3), 0.02, 0, at % 2), at * 1_000);
  for (const [k, [calls, failed]] of old.entries()) {
    const at = 121 + k;
    watch.push(first.frame(at, calls, 0.02, failed, 0), at * 1_000);
    const other = young[k];
    if (other !== undefined) watch.push(second.frame(at, other[0], 0.02, other[1], 3), at * 1_000);
  }
  const one = [...watch.series.values()].find(({ meta }) => meta.class === 'errors' && meta.instance === 'shop-2')!;
  const rule = watch.detectors.find((of) => of.class === 'errors')!;
  return againstPeers(watch, one, rule, (120 + old.length + ago) * 1_000);
};
const times = (n: number, tick: Tick): Tick[] => Array.from({ length: n }, () => tick);

it('is sure after a few calls that all fail, while its peers answer all of theirs', () => {
  const { nats, ticks, expected } = said(times(5, [9, 0]), times(5, [1, 1])) ?? expect.fail('no peers');
  expect(ticks).toBe(5);
  expect(nats).toBeGreaterThan(natsNeeded(100));
  expect(expected).toBeLessThan(0.01);
});

it('says nothing of an instance that fails as its peers do, of one call that failed, or of one that is gone', () => {
  expect(said(times(5, [9, 5]), times(5, [1, 1]))?.nats).toBeLessThan(natsNeeded(1));
  expect(
    said(times(5, [9, 0]), [
      [1, 1],
      [1, 0],
      [1, 0],
      [1, 0],
      [1, 0],
    ])?.nats,
  ).toBeLessThan(natsNeeded(1));
  expect(said(times(5, [9, 0]), times(5, [1, 1]), 3)).toBeUndefined();
});

it('knows no control group where the other one has no more calls than itself', () => {
  expect(said(times(5, [2, 0]), times(5, [2, 2]))).toBeUndefined();
});

it('knows a peer that came after it was asked first, and none that went', () => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  const young = probeOf('shop', columns, 'shop-2');
  const old = probeOf('shop', columns, 'shop-1');
  watch.learn(young.schema, 0);
  const one = [...watch.series.values()].find(({ meta }) => meta.class === 'errors')!;
  const rule = watch.detectors.find((of) => of.class === 'errors')!;
  const isHeldAgainst = (at: number): boolean => againstPeers(watch, one, rule, at * 1_000) !== undefined;
  watch.push(young.frame(1, 1, 0.02, 1, 3), 1_000);
  expect(isHeldAgainst(1)).toBe(false);
  watch.learn(old.schema, 1_000);
  for (let at = 2; at <= 60; at++) {
    watch.push(old.frame(at, 9, 0.02, 0, 0), at * 1_000);
    watch.push(young.frame(at, 1, 0.02, 1, 3), at * 1_000);
  }
  expect(isHeldAgainst(60)).toBe(true);
  for (const other of watch.places.of('shop')) if (other.meta.instance === 'shop-1') watch.places.remove(other);
  expect(isHeldAgainst(60)).toBe(false);
});
