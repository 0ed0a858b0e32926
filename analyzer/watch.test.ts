// A bank hangs: its calls are unanswered, and so are those of everyone who waits for it. How loud that is must be comparable along the chain.
import { type Column, type FrameSchema, hash64 } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { Graph } from './graph.ts';
import { randomNames, rulesFor } from './testing/platform.ts';
import { Watch } from './watch.ts';

const edge = { callee: 'bank', protocol: 'http' as const };
const column = (id: string, metric: string, stat: 'p50' | 'max' | 'count'): Column => ({
  id,
  metric,
  unit: 's',
  kind: stat === 'count' ? 'delta' : 'gauge',
  class: stat === 'count' ? 'traffic' : 'latency',
  stat,
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
    column('a000000000000001', 'http.client.request.duration', 'count'),
    column('a000000000000002', 'http.client.request.duration', 'p50'),
    column('a000000000000003', 'fenghuo.client.oldest_request.age', 'max'),
  ],
};

const tick = (at: number, values: Float64Array) => ({
  schema: schema.hash,
  probe: hash64(schema.probe),
  incarnation: 1,
  sequence: at,
  lost: 0,
  timeMs: at * 1_000,
  values,
});

it("says of an unanswered call what its edge's calls take, wherever it is shown", () => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(schema, 0);
  const push = (at: number, values: Float64Array) => watch.push(tick(at, values), at * 1_000);
  for (let at = 1; at <= 120; at++) push(at, Float64Array.of(9, 0.05 + 0.001 * (at % 5), 0));
  for (let at = 121; at <= 124; at++) push(at, Float64Array.of(0, Number.NaN, 0.8));
  const age = [...watch.series.values()].find((one) => one.meta.metric.endsWith('age'))!;
  const { expected, low, high, seen } = watch.anomaly(age.index) ?? expect.fail('no anomaly');
  expect(seen).toBeCloseTo(0.8, 2);
  expect(expected).toBeCloseTo(0.052, 2);
  expect({ expected, low, high }).toEqual(watch.expected(age));
});

it('judges the age of an unanswered call by what the calls of its edge take, not by its own past of nothing but zeros', () => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(schema, 0);
  for (let at = 1; at <= 120; at++) watch.push(tick(at, Float64Array.of(9, 0.05 + 0.001 * (at % 5), 0)), at * 1_000);
  const age = [...watch.series.values()].find((one) => one.meta.metric.endsWith('age'))!;
  const { location, scale } = watch.baseline(age);
  expect(location).toBeCloseTo(0.052, 2);
  expect(scale).toBeGreaterThan(1e-4);
});
