// Every fifth call of a bank takes far too long: its typical call is as fast as ever, its slowest tenth is not.
import type { Stat } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { step } from '../pipeline.ts';
import type { Series } from '../series.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { openers } from './openers.ts';

const toBank = {
  edge: { callee: 'bank', protocol: 'http' },
  unit: 's',
  metric: 'http.client.request.duration',
} as const;
const tillWith = (...stats: readonly Stat[]) =>
  probeOf('till', [
    { ...toBank, kind: 'delta', class: 'traffic', stat: 'count' },
    ...stats.map((stat) => ({ ...toBank, class: 'latency' as const, stat })),
  ]);
const till = tillWith('p50', 'p90', 'p99');

/** What stirs rare enough to open after these ticks of a probe's figures, a second each. */
const rareAfter = ({ schema, frame }: ReturnType<typeof probeOf>, ticks: readonly (readonly number[])[]): Series[] => {
  const engine = createEngine(rulesFor(randomNames(1)), { partition: 0, act: 'off' });
  step(engine, { seq: 1, atMs: 0, kind: 'schema', schema });
  ticks.forEach((values, at) => {
    const atMs = (at + 1) * 1_000 + 20;
    step(engine, { seq: at + 2, atMs, kind: 'frame', frame: frame(at + 1, ...values) });
  });
  return openers(engine).flatMap(({ one, isRare }) => (isRare ? [one] : []));
};
/** Four healthy minutes, a tick at a time. */
const healthy = <T>(tick: (at: number) => T): T[] => Array.from({ length: 240 }, (_, at) => tick(at));
const stats = (found: readonly Series[]): readonly string[] => found.map(({ meta }) => meta.stat ?? '');

/** After four healthy minutes of so many calls a second, ticks with these slowest tenths, s. */
const after = (calls: number, ...tenths: readonly number[]): readonly string[] => {
  // Now and then a tenth is slow by chance, so that the detector waits for a third sample.
  const usual = healthy((at) => (at % 40 === 9 ? 0.2 : 0.06 + 0.001 * (at % 7)));
  const ticks = [...usual, ...tenths].map((tenth) => [calls, 0.05, tenth, Math.max(tenth, 0.08)]);
  return stats(rareAfter(till, ticks));
};

it('opens with the second tick in which the slowest tenth of many calls is slow, of few no sooner than the detector says so', () => {
  expect(after(14, 0.7)).toEqual([]);
  expect(after(14, 0.7, 0.7)).toEqual(['p90']);
  expect(after(5, 0.7, 0.7)).toEqual([]);
  expect(after(14, 0.07, 0.07)).toEqual([]);
});

/** The same, then ticks of so many calls with this mean and this slowest call, s. */
const afterMeans = (calls: number, ...ticks: readonly (readonly [mean: number, most: number])[]): readonly string[] => {
  const usual = healthy((at) => (at % 40 === 9 ? [0.02, 0.07] : [0.004, 0.006 + 0.001 * (at % 7)]));
  return stats(
    rareAfter(
      tillWith('mean', 'max'),
      [...usual, ...ticks].map((figures) => [calls, ...figures]),
    ),
  );
};

it('opens with the second tick in which a mean of few calls is slow, where no single one of them can have made it so', () => {
  expect(afterMeans(3, [0.29, 0.31])).toEqual([]);
  expect(afterMeans(3, [0.29, 0.31], [0.29, 0.31])).toEqual(['mean']);
  expect(afterMeans(3, [0.29, 0.86], [0.29, 0.86])).toEqual([]);
});

const hanging = probeOf('till', [
  { ...toBank, kind: 'delta', class: 'traffic', stat: 'count' },
  ...(['p50', 'max'] as const).map((stat) => ({ ...toBank, class: 'latency' as const, stat })),
  { ...toBank, metric: 'fenghuo.client.oldest_request.age', class: 'latency', stat: 'max' },
  { ...toBank, metric: 'http.client.active_requests', unit: '{request}', class: 'saturation' },
]);

/** The same of ten calls a second, then ticks with this slowest call that ended and this age of the oldest that did not, s. */
const afterHangs = (...ticks: readonly (readonly [most: number, age: number])[]): readonly string[] => {
  const usual = healthy((at) => [0.054 + 0.001 * (at % 7), 0] as const);
  const all = [...usual, ...ticks].map(([most, age]) => [10, 0.05, most, age, age > 0 ? 1 : 0]);
  return rareAfter(hanging, all).map(({ meta }) => meta.metric);
};

it('opens with the second tick in which one call hangs while another was given up on in each', () => {
  expect(afterHangs([0.7, 0.9])).toEqual([]);
  expect(afterHangs([0.7, 0.9], [0.7, 1.9])).toEqual(['fenghuo.client.oldest_request.age']);
  expect(afterHangs([0.055, 0.9], [0.055, 1.9])).toEqual([]);
  expect(afterHangs([0.7, 0], [0.7, 0])).toEqual([]);
});

const waiting = probeOf('till', [
  { ...toBank, kind: 'delta', class: 'traffic', stat: 'count' },
  ...(['p50', 'p90', 'max'] as const).map((stat) => ({ ...toBank, class: 'latency' as const, stat })),
  { ...toBank, metric: 'fenghuo.client.oldest_request.age', class: 'latency', stat: 'max' },
  { ...toBank, metric: 'http.client.active_requests', unit: '{request}', class: 'saturation' },
]);

/** Four healthy minutes of four calls a second, then ticks in which they take so long, s, while the oldest without an answer waits for so long. */
const afterSlight = (...ticks: readonly (readonly [took: number, age: number])[]): readonly string[] => {
  const usual = healthy((at) => [0.054 + 0.001 * (at % 7), 0] as const);
  const all = [...usual, ...ticks].map(([took, age]) => [4, took, took + 0.01, took + 0.01, age, age > 0 ? 1 : 0]);
  return stats(rareAfter(waiting, all));
};

it('takes a slowness that few people would notice for more where the oldest of the same calls has waited for long', () => {
  expect(afterSlight([0.25, 0], [0.25, 0])).toEqual([]);
  expect(afterSlight([0.25, 0.5], [0.25, 1.5])).toContain('p90');
  expect(afterSlight([0.054, 0.5], [0.054, 1.5])).not.toContain('p90');
});
