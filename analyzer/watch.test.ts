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

it('judges the age of an unanswered call by what the calls of its edge take, not by its own past of nothing but zeros', () => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(schema, 0);
  for (let tick = 1; tick <= 120; tick++)
    watch.push(
      {
        schema: schema.hash,
        probe: hash64(schema.probe),
        incarnation: 1,
        sequence: tick,
        lost: 0,
        timeMs: tick * 1_000,
        values: Float64Array.of(9, 0.05 + 0.001 * (tick % 5), 0),
      },
      tick * 1_000,
    );
  const age = [...watch.series.values()].find((one) => one.meta.metric.endsWith('age'))!;
  const { location, scale } = watch.baseline(age);
  expect(location).toBeCloseTo(0.052, 2);
  expect(scale).toBeGreaterThan(1e-4);
});
