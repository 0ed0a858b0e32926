// A surge fills the machine: four times the customers, every service waits for a processor, and nothing is broken.
import type { Anomaly } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { step } from '../pipeline.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { isCapacity } from './capacity.ts';
import type { Opener } from './openers.ts';

const served = { metric: 'http.server.request.duration', unit: 's' } as const;
const services = ['door', 'kitchen', 'till', 'desk'].map((service) =>
  probeOf(service, [
    { ...served, kind: 'delta', class: 'traffic', stat: 'count' },
    { ...served, class: 'latency', stat: 'p50' },
    { metric: 'process.linux.sched.wait_time', unit: 's', class: 'saturation' },
  ]),
);
type Tick = readonly [calls: number, took: number, waits: number];
const usual: Tick = [12, 0.07, 0.1];

/** Whether the lateness of the door is capacity after four usual minutes and these ticks of every service. */
const after = (...ticks: readonly Tick[]): boolean => {
  const engine = createEngine(rulesFor(randomNames(1)), { partition: 0, act: 'off' });
  let seq = 1;
  for (const { schema } of services) step(engine, { seq: seq++, atMs: 0, kind: 'schema', schema });
  const all = [...Array.from({ length: 240 }, () => usual), ...ticks];
  for (const [i, tick] of all.entries())
    for (const { frame } of services)
      step(engine, { seq: seq++, atMs: (i + 1) * 1_000 + 20, kind: 'frame', frame: frame(i + 1, ...tick) });
  const one = engine.watch.layoutOf(services[0]!.schema.hash)!.series[1]!;
  const [, seen] = all.at(-1)!;
  return isCapacity(engine, { one, anomaly: { seen, expected: usual[1] } as Anomaly } as Opener);
};

it('is capacity while several times the customers come and the services wait for a processor', () => {
  expect(after([45, 0.2, 0.5], [46, 0.39, 0.6])).toBe(true);
  // The machine needs some ticks more than they do.
  expect(after([45, 0.2, 0.5], [46, 0.39, 0.6], [13, 0.39, 0.3])).toBe(true);
});

it('is none where nobody waits for a processor, or no more come than usual', () => {
  expect(after([45, 0.2, 0.1], [46, 0.39, 0.1])).toBe(false);
  expect(after([12, 0.2, 0.5], [13, 0.39, 0.6])).toBe(false);
});

it('is none where the lateness has outgrown the crowd, or only what waited comes at once', () => {
  expect(after([45, 0.2, 0.5], [46, 1.2, 0.6])).toBe(false);
  expect(after([0, 0.07, 0.5], [46, 0.39, 0.6])).toBe(false);
});
