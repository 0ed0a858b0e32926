import type { Anomaly, TopologyRule } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../engine.ts';
import { Graph } from '../graph.ts';
import type { Series } from '../series.ts';
import { commonMode, isFelt } from './busy.ts';
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
