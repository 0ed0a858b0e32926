// A bank hangs: its calls are unanswered, and so are those of everyone who waits for it. How loud that is must be comparable along the chain.
import { expect, it } from 'vitest';
import { Graph } from './graph.ts';
import { randomNames, rulesFor } from './testing/platform.ts';
import { probeOf } from './testing/probe.ts';
import { Watch } from './watch.ts';

const toBank = { edge: { callee: 'bank', protocol: 'http' }, unit: 's' } as const;
const { schema, frame } = probeOf('till', [
  { ...toBank, metric: 'http.client.request.duration', kind: 'delta', class: 'traffic', stat: 'count' },
  { ...toBank, metric: 'http.client.request.duration', class: 'latency', stat: 'p50' },
  { ...toBank, metric: 'fenghuo.client.oldest_request.age', class: 'latency', stat: 'max' },
]);

it("says of an unanswered call what its edge's calls take, wherever it is shown", () => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(schema, 0);
  const push = (at: number, ...values: number[]) => watch.push(frame(at, ...values), at * 1_000);
  for (let at = 1; at <= 120; at++) push(at, 9, 0.05 + 0.001 * (at % 5), 0);
  for (let at = 121; at <= 124; at++) push(at, 0, Number.NaN, 0.8);
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
  for (let at = 1; at <= 120; at++) watch.push(frame(at, 9, 0.05 + 0.001 * (at % 5), 0), at * 1_000);
  const age = [...watch.series.values()].find((one) => one.meta.metric.endsWith('age'))!;
  const { location, scale } = watch.baseline(age);
  expect(location).toBeCloseTo(0.052, 2);
  expect(scale).toBeGreaterThan(1e-4);
});

it('takes a frame once, though its probe sends it again: by its number, also in its own tick and after a later process began', () => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(schema, 0);
  const wide = frame(5, 9, 0.05, 0);
  const taken = [
    frame(4, 9, 0.05, 0),
    wide,
    wide,
    frame(4, 9, 0.05, 0),
    // The rest of a tick that did not fit in one frame, and the first of a process that was started within the tick.
    { ...wide, sequence: 6, first: 2, values: Float64Array.of(0) },
    { ...wide, incarnation: 2, sequence: 0 },
  ].map((one, i) => watch.push(one, 5_000 + i) !== undefined);
  expect(taken).toEqual([true, true, false, false, true, true]);
});
