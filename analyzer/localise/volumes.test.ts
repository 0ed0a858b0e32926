// A volume that runs full: the kind of its user's trouble, however new the volume is; a full one that always was is nobody's trouble.
import { expect, it } from 'vitest';
import { evidence as known, series } from '../testing/evidence.ts';
import type { Evidence, SeriesEvidence } from '../types.ts';
import { ranked } from './ranked.ts';

const failing = series(
  { entity: 'press', caller: 'desk', metric: 'client.errors', class: 'errors', unit: '{error}' },
  0,
  [9, 9, 8],
  { scale: 0.2 },
);
const room = (is: readonly number[], before: readonly number[] = [], entity = 'box'): SeriesEvidence =>
  series({ entity, metric: 'system.filesystem.utilization', class: 'saturation', unit: '1' }, Number.NaN, is, {
    before,
  });
const kind = (...all: SeriesEvidence[]): string | undefined => {
  const evidence: Evidence = { ...known([failing, ...all], [['desk', 'press']]), hosts: new Map([['press', 'box']]) };
  const [first] = ranked(evidence).suspects;
  expect(first?.entity).toBe('press');
  return first?.kind;
};

it('is the kind of trouble of a service that fails beside it', () => {
  expect(kind(room([0.9, 1, 1], [0.2, 0.5]))).toBe('disk');
  expect(kind(room([0.9, 1, 1]))).toBe('disk');
});

it("is none when it was full before, is not full, or is another host's", () => {
  expect(kind(room([1, 1, 1], [1, 1]))).toBe('errors');
  expect(kind(room([0.9, 0.9, 0.9], [0.2, 0.5]))).toBe('errors');
  expect(kind(room([0.9, 1, 1], [0.2, 0.5], 'other'))).toBe('errors');
});
