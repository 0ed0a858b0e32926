// A stranger's job on the host of five services: all of them wait for a processor, none of them uses more of it.
import { expect, it } from 'vitest';
import { evidence as known, series } from '../testing/evidence.ts';
import type { Evidence, SeriesEvidence } from '../types.ts';
import { confidenceOf } from './confidence.ts';
import { ranked } from './ranked.ts';

const services = ['till', 'opal', 'jade', 'moss', 'fern'];
const slow = series({ entity: 'opal', caller: 'till', metric: 'client.duration', stat: 'p50' }, 0.05, [0.4, 0.4]);
const wait = (entity: string, now: number): SeriesEvidence =>
  series({ entity, metric: 'process.linux.sched.wait_time', class: 'saturation', unit: 's', kind: 'delta' }, 0.03, [
    now,
    now,
  ]);
const use = (entity: string, now: number): SeriesEvidence =>
  series({ entity, metric: 'process.cpu.utilization', class: 'saturation', unit: '1' }, 0.05, [now, now]);
const ranking = (...all: SeriesEvidence[]) => {
  const plain = known([slow, ...all], [['till', 'opal']]);
  const evidence: Evidence = {
    ...plain,
    kinds: new Map([...plain.kinds, ['box', 'host']]),
    hosts: new Map(services.map((entity) => [entity, 'box'])),
    stepMs: 1_000,
  };
  return ranked(evidence);
};
const first = (...all: SeriesEvidence[]) => ranking(...all).suspects[0];

it('is the host when most of its services wait and nobody known burns it', () => {
  expect(first(...services.map((entity) => wait(entity, 0.5)))).toMatchObject({ entity: 'box', kind: 'cpu' });
});

it('is as sure as its victims are alike: they are no rivals of whom they wait for', () => {
  const all = services.map((entity) => wait(entity, 0.5));
  expect(confidenceOf(ranking(...all).margin)).toBeGreaterThan(0.8);
});

it('is none of the host when one of its services burns the processor, when few wait, or when few tell', () => {
  const all = services.map((entity) => wait(entity, 0.5));
  expect(first(...all, use('moss', 1.2))?.entity).not.toBe('box');
  expect(first(...all.slice(0, 2), ...services.slice(2).map((entity) => wait(entity, 0.03)))?.entity).not.toBe('box');
  expect(first(...all.slice(0, 2))?.entity).not.toBe('box');
});

it("is the host's trouble also where its loudest victim is short of memory: it collects with a processor that it waits for", () => {
  const meta = { entity: 'opal', metric: 'v8js.memory.heap.used', class: 'saturation', unit: 'By' } as const;
  const heap = series(meta, 1e8, [9e9, 9e9], { scale: 1e6 });
  const all = services.map((entity) => wait(entity, 0.5));
  expect(first(heap)).toMatchObject({ entity: 'opal', kind: 'memory' });
  expect(first(heap, ...all)).toMatchObject({ entity: 'box', kind: 'cpu' });
  expect(first(heap, use('opal', 0.9), ...all)?.entity).toBe('opal');
});

it('is short of processor also where the host is first by the memory that a stranger took', () => {
  const meta = { entity: 'box', metric: 'system.memory.usage', class: 'resource', unit: 'By' } as const;
  const memory = series(meta, 1e9, [9e12, 9e12], { scale: 1e6 });
  const plain = known([memory, ...services.map((entity) => wait(entity, 0.5))], []);
  const kinds = new Map([...plain.kinds, ['box', 'host'] as const]);
  const hosts = new Map(services.map((entity) => [entity, 'box']));
  expect(ranked({ ...plain, kinds, hosts, stepMs: 1_000 }).suspects[0]).toMatchObject({ entity: 'box', kind: 'cpu' });
});

it("is the host in the second tick already, though the stranger came in the middle of the first: the tick before is none of the trouble's", () => {
  const comes = (entity: string): SeriesEvidence => {
    const meta = { entity, metric: 'process.linux.sched.wait_time', class: 'saturation', unit: 's' } as const;
    return series(meta, 0.08, [0.13, 0.5], { before: [0.07, 0.06] });
  };
  expect(first(...services.map(comes))).toMatchObject({ entity: 'box', kind: 'cpu' });
});
