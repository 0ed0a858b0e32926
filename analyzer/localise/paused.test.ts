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

it('a pause shorter than that leaves the callee accused', () => {
  expect(first([...till, loop(0.06, 0.07)])).toBe('opal');
  expect(first(till)).toBe('opal');
});

it('whoever is in louder trouble that none of those who raised the alarm waits for is not named', () => {
  const other = [
    series({ entity: 'moss', caller: 'fern', metric: 'client.duration', stat: 'mean' }, 0.05, [0.45, 0.45]),
    series({ entity: 'moss', metric: 'heap.used', class: 'resource', unit: 'By' }, 1e8, [9e8, 9e8]),
  ];
  const all = known([...till, ...other], [...edges.map(([a, b]) => [a, b] as [string, string]), ['fern', 'moss']]);
  expect(localise(all).suspects[0]?.entity).toBe('moss');
  expect(localise({ ...all, felt: new Set(['shop', 'till']) }).suspects[0]?.entity).toBe('opal');
});
