// Evidence that is delivered again, or in overlapping pieces, shows each point once.
import { describe, expect, it } from 'vitest';
import { mergeEvidence } from './evidence.ts';

const piece = (...times: readonly number[]) => [
  {
    series: 's',
    entity: 'heron',
    metric: 'm',
    unit: 's',
    class: 'latency' as const,
    points: times.map((t) => ({ t, seen: t, expected: 0, low: 0, high: 1 })),
  },
];

describe('live evidence', () => {
  it('grows by what is newer, and by nothing twice', () => {
    const merged = mergeEvidence(mergeEvidence([], piece(1, 2, 3)), piece(2, 3, 4));
    expect(merged).toHaveLength(1);
    expect(merged[0]?.points.map((point) => point.t)).toEqual([1, 2, 3, 4]);
  });
  it('puts what is fetched after the first live piece before it', () => {
    const merged = mergeEvidence(mergeEvidence([], piece(4, 5)), piece(1, 2, 3, 4));
    expect(merged[0]?.points.map((point) => point.t)).toEqual([1, 2, 3, 4, 5]);
  });
  it('forgets the oldest beyond fifteen minutes', () => {
    const merged = mergeEvidence([], piece(...Array.from({ length: 1_000 }, (_, i) => i + 1)));
    expect(merged[0]?.points).toHaveLength(900);
    expect(merged[0]?.points[0]?.t).toBe(101);
  });
});
