import type { Anomaly, TopologyRule } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../engine.ts';
import { Graph } from '../graph.ts';
import { step } from '../pipeline.ts';
import type { Series } from '../series.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { areFelt, commonMode, isFelt } from './busy.ts';
import type { Opener } from './openers.ts';

describe('a busy machine', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const itself = (e: string): ReadonlySet<string> => new Set([e]);
  it('is many slow edges that no one explains', () => {
    expect(commonMode(names.length, names, itself)).toBe(true);
  });
  it('is not a chain that leads to one callee', () => {
    expect(commonMode(names.length, names, (e) => (e === 'a' ? new Set(names) : itself(e)))).toBe(false);
  });
  it('is neither a few slow edges among many nor a platform of few edges', () => {
    expect(commonMode(2 * names.length + 1, names, itself)).toBe(false);
    expect(commonMode(5, names.slice(0, 5), itself)).toBe(false);
  });
});

describe('whether customers feel a busy machine', () => {
  const graph = new Graph({ kind: 'topology', entities: [], edges: [], kpis: [] } as TopologyRule);
  graph.see('door', 'kitchen', 'http', 0, 'traffic');
  const slow = (entity: string, more: Partial<Opener> = {}, caller?: string): Opener => ({
    one: { meta: { class: 'latency', entity, caller } } as Series,
    anomaly: {} as Anomaly,
    ticks: 3,
    isRare: true,
    isPlain: true,
    isUnserved: false,
    demand: 1,
    ...more,
  });
  const felt = (opener: Opener): boolean => isFelt({ graph } as Engine, opener);
  it('they do when they wait at the door for some seconds, beyond doubt', () => {
    expect(felt(slow('door'))).toBe(true);
  });
  it('they do not yet when it was a pause, or may have been one', () => {
    expect(felt(slow('door', { ticks: 2 }))).toBe(false);
    expect(felt(slow('door', { isPlain: false }))).toBe(false);
  });
  it('a crowd at the door waits because it is one', () => {
    expect(felt(slow('door', { demand: 2 }))).toBe(false);
  });
  it('what waits behind the door, or on the way to it, is not theirs to feel', () => {
    expect(felt(slow('kitchen'))).toBe(false);
    expect(felt(slow('kitchen', {}, 'door'))).toBe(false);
  });
});

/** What the gateway's requests took at the door after four healthy minutes, s, tick by tick; all that stirs is its calls to the kitchen. */
const atTheDoor = (...took: readonly number[]): boolean => {
  const own = { metric: 'http.server.request.duration', unit: 's' } as const;
  const toKitchen = {
    edge: { callee: 'kitchen', protocol: 'http' },
    metric: 'http.client.request.duration',
    unit: 's',
  } as const;
  const gateway = probeOf('gateway', [
    { ...own, kind: 'delta', class: 'traffic', stat: 'count' },
    { ...own, class: 'latency', stat: 'p50' },
    { ...toKitchen, kind: 'delta', class: 'traffic', stat: 'count' },
    { ...toKitchen, class: 'latency', stat: 'p50' },
  ]);
  const engine = createEngine(rulesFor(randomNames(1)), { partition: 0, act: 'off' });
  step(engine, { seq: 1, atMs: 0, kind: 'schema', schema: gateway.schema });
  const all = [...Array.from({ length: 240 }, (_, i) => 0.07 + 0.001 * (i % 5)), ...took];
  for (const [i, s] of all.entries()) {
    const frame = gateway.frame(i + 1, 8, s, 8, s - 0.01);
    step(engine, { seq: i + 2, atMs: (i + 1) * 1_000 + 20, kind: 'frame', frame });
  }
  const news = [...engine.watch.series.values()].flatMap((one) =>
    one.meta.caller === 'gateway' && one.meta.stat === 'p50' ? [{ one, ticks: 1 } as Opener] : [],
  );
  expect(news).toHaveLength(1);
  return areFelt(engine, news);
};

it('customers feel whom their door waits for, by what the door itself takes for three ticks', () => {
  expect(atTheDoor(1.2, 1.6, 1.8)).toBe(true);
  expect(atTheDoor(1.2, 1.6)).toBe(false);
  expect(atTheDoor(0.07, 0.08, 0.07)).toBe(false);
});
