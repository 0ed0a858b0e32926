// A process that was kept from running sees all its callees late; and whoever is in trouble beside an alarm is not its cause.
import { expect, it } from 'vitest';
import { evidence as known, series } from '../testing/evidence.ts';
import type { SeriesEvidence } from '../types.ts';
import { localise } from './localise.ts';

const till = [
  series({ entity: 'till', caller: 'shop', metric: 'client.duration', stat: 'mean' }, 0.06, [0.35, 0.33]),
  series({ entity: 'opal', caller: 'till', metric: 'client.duration', stat: 'mean' }, 0.05, [0.24, 0.23]),
  series({ entity: 'jade', caller: 'till', metric: 'client.duration', stat: 'mean' }, 0.05, [0.05, 0.05]),
];
const edges = [
  ['shop', 'till'],
  ['till', 'opal'],
  ['till', 'jade'],
] as const;
const loop = (...is: number[]): SeriesEvidence =>
  series({ entity: 'till', metric: 'loop.delay.max', class: 'saturation', unit: 's' }, 0.03, is);
const first = (all: readonly SeriesEvidence[], more = {}) =>
  localise({
    ...known(
      all,
      edges.map(([a, b]) => [a, b] as [string, string]),
    ),
    ...more,
  }).suspects[0]?.entity;

it('a pause as long as the calls are late is what they are late by', () => {
  expect(first([...till, loop(0.4, 0.41)])).toBe('till');
});

it('a pause may have been longer than it was told by what its clock looks past', () => {
  expect(first([...till, loop(0.2, 0.205)])).toBe('till');
  expect(first([...till, loop(0.17, 0.175)])).toBe('opal');
});

it('a pause shorter than that leaves the callee accused', () => {
  expect(first([...till, loop(0.06, 0.07)])).toBe('opal');
  expect(first(till)).toBe('opal');
});

it('a loop that was held for as long is as good as a pause, though it could not tell its delay', () => {
  const use = (...is: number[]): SeriesEvidence =>
    series({ entity: 'till', metric: 'loop.eventloop.utilization', class: 'saturation', unit: '1' }, 0.15, is);
  expect(first([...till, use(1, 0.95)])).toBe('till');
  expect(first([...till, use(0.5, 0.6)])).toBe('opal');
});

it('a pause is as long as it was, however still the loop was just before', () => {
  const before = Array.from({ length: 20 }, (_, i) => 0.03 + 0.0001 * (i % 3));
  const meta = { entity: 'till', metric: 'loop.delay.max', class: 'saturation', unit: 's' } as const;
  const loop = series(meta, 0.03, [0.1, 0.11], { scale: 0.05, before });
  expect(first([...till, loop])).toBe('opal');
});

it('whoever is in louder trouble that none of those who raised the alarm waits for is not named', () => {
  const other = [
    series({ entity: 'moss', caller: 'fern', metric: 'client.duration', stat: 'mean' }, 0.05, [0.45, 0.45]),
    series({ entity: 'moss', metric: 'heap.used', class: 'resource', unit: 'By' }, 1e8, [9e8, 9e8]),
  ];
  const all = known([...till, ...other], [...edges.map(([a, b]) => [a, b] as [string, string]), ['fern', 'moss']]);
  expect(localise(all).suspects[0]?.entity).toBe('moss');
  expect(localise({ ...all, felt: new Set(['shop', 'till']) }).suspects[0]?.entity).toBe('opal');
  // Nobody calls it, and it calls nobody.
  const alone = series(
    { entity: 'heron', metric: 'io.transferred', class: 'resource', unit: 'By' },
    1e3,
    [3.2e4, 3.2e4],
  );
  const beside = { ...all, series: [...all.series, alone], felt: new Set(['shop', 'till']) };
  expect(localise(beside).suspects[0]?.entity).toBe('opal');
});

it('whom the caller waits for as well, in other calls than those that raised the alarm, is not named for these', () => {
  const louder = [
    series({ entity: 'moss', caller: 'shop', metric: 'client.duration', stat: 'mean' }, 0.05, [0.9, 0.9]),
    series({ entity: 'moss', metric: 'server.duration', stat: 'mean' }, 0.05, [0.9, 0.9]),
  ];
  const all = known([...till, ...louder], [...edges.map(([a, b]) => [a, b] as [string, string]), ['shop', 'moss']]);
  expect(localise(all).suspects[0]?.entity).toBe('moss');
  const calls = { felt: new Set(['till']), feltBy: new Set(['shop']) };
  expect(localise({ ...all, ...calls }).suspects[0]?.entity).toBe('opal');
});

it('whoever works behind a queue is beside the alarm of those who feed it', () => {
  const edges2 = [...edges, ['till', 'rail'], ['rail', 'fern']].map(([a, b]) => [a, b] as [string, string]);
  const busy = series(
    { entity: 'fern', metric: 'work.duration', class: 'latency', unit: 's', stat: 'p50' },
    0.03,
    [9, 9],
  );
  const all = known([...till, busy], edges2);
  const kinds = new Map([...all.kinds, ['rail', 'queue'] as const]);
  expect(localise({ ...all, kinds }).suspects[0]?.entity).toBe('fern');
  expect(localise({ ...all, kinds, felt: new Set(['shop', 'till']) }).suspects[0]?.entity).toBe('opal');
});

it('a loop whose shortest delay grew is idle, not late', () => {
  const least = series(
    { entity: 'opal', metric: 'loop.delay.min', class: 'saturation', unit: 's' },
    0.001,
    [0.019, 0.02],
  );
  const all = known(
    [...till, least],
    edges.map(([a, b]) => [a, b] as [string, string]),
  );
  expect(localise(all).suspects[0]).toMatchObject({ entity: 'opal', kind: 'latency' });
});
