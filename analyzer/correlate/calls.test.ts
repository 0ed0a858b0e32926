// What failed calls are worth as evidence, tick by tick, on an edge whose calls are counted: in trouble, and once it is over.
import { type Column, type FrameSchema, hash64 } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { Graph } from '../graph.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { Watch } from '../watch.ts';
import { type Weighed, weighed } from './calls.ts';
import { natsNeeded } from './rarity.ts';

const edge = { callee: 'bank', protocol: 'http' as const };
const column = (id: string, metric: string, unit: string, of: 'traffic' | 'errors'): Column => ({
  id,
  metric,
  unit,
  kind: 'delta',
  class: of,
  ...(of === 'traffic' ? { stat: 'count' as const } : {}),
  attributes: {},
  edge,
});
const schema: FrameSchema = {
  v: 1,
  probe: 'till@1',
  incarnation: 1,
  hash: '0123456789abcdef',
  resource: { service: 'till', instance: '1', host: 'h' },
  listens: [],
  columns: [
    column('a000000000000001', 'http.client.request.duration', 's', 'traffic'),
    column('a000000000000002', 'fenghuo.client.errors', '{error}', 'errors'),
  ],
};

/** Nats and ticks of the edge's errors after two healthy minutes of ten calls a second, then `failed` of ten in each tick. */
const after = (...failed: readonly number[]): Weighed => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(schema, 0);
  [...Array.from({ length: 120 }, () => 0), ...failed].forEach((errors, at) => {
    const timeMs = (at + 1) * 1_000;
    const values = Float64Array.of(10, errors);
    const head = { schema: schema.hash, probe: hash64(schema.probe), incarnation: 1, lost: 0 };
    watch.push({ ...head, sequence: at + 1, timeMs, values }, timeMs);
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

it('begins anew once the trouble is over: a stray error after a recovery is a stray error', () => {
  expect(after(...times(10, 8), ...times(4, 0), 1).nats).toBeGreaterThan(natsNeeded(100));
  expect(after(...times(10, 8), ...times(5, 0), 1).nats).toBeLessThan(natsNeeded(1));
});
