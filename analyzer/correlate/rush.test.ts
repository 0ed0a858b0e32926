// A heap that will be full within the minute wakes somebody before its process dies; one that breathes, or fills by tomorrow, does not.
import { describe, expect, it } from 'vitest';
import { leftMs } from '../checks/rushing.ts';
import { probeOf } from '../testing/probe.ts';
import { Run } from '../testing/run.ts';

const MB = 2 ** 20;
const rising = (from: number, by: number, n = 6): number[] => Array.from({ length: n }, (_, i) => (from + i * by) * MB);

describe('what is left of a heap', () => {
  it('is told from the pace of the last samples', () =>
    expect(leftMs(rising(100, 80), 4_000 * MB)).toBeCloseTo(((4_000 - 500) / 80) * 1_000));
  it('is nothing once it is full', () => expect(leftMs(rising(3_800, 80), 4_000 * MB)).toBe(0));
  it('is not known of a heap that is collected in between, of a short past, or where a sample is missing', () => {
    const collected = rising(100, 80);
    collected[3] = 90 * MB;
    expect(leftMs(collected, 4_000 * MB)).toBeUndefined();
    expect(leftMs(rising(100, 80, 5), 4_000 * MB)).toBeUndefined();
    expect(leftMs([...rising(100, 80, 5), Number.NaN], 4_000 * MB)).toBeUndefined();
    expect(leftMs(rising(100, 80), Number.NaN)).toBeUndefined();
  });
});

/** A process beside the platform whose heap is `heap(s)` megabytes in second `s`, and may be 4,000. */
const watched = (seconds: number, heap: (s: number) => number): Run => {
  const run = new Run(61, (rules) => rules, 'off');
  const bytes = { unit: 'By', class: 'resource' } as const;
  const { schema, frame } = probeOf('oven', [
    { ...bytes, metric: 'v8js.heap.limit' },
    { ...bytes, metric: 'v8js.heap.total_physical_size' },
  ]);
  run.take({ kind: 'schema', schema, seq: 0, atMs: run.platform.nowMs });
  for (let s = 1; s <= seconds; s++) {
    run.seconds(1);
    const told = frame(s, 4_000 * MB, heap(s) * MB);
    const { nowMs } = run.platform;
    run.take({ kind: 'frame', frame: { ...told, timeMs: nowMs }, seq: run.inputs.at(-1)!.seq, atMs: nowMs + 100 });
  }
  return run;
};
const breath = (s: number): number => 40 + ((s * 7) % 11);

it('opens an incident about the memory of a process before its heap is full, and none about one that breathes or fills slowly', () => {
  const grown = (by: number): Run => watched(420, (s) => breath(s) + by * Math.max(0, s - 400));
  expect(grown(0).of('incident.opened')).toEqual([]);
  expect(grown(5).of('incident.opened')).toEqual([]);
  const run = grown(90);
  expect(run.of('incident.opened')).toHaveLength(1);
  expect(run.of('incident.cause')[0]?.cause).toMatchObject({ entity: 'oven', kind: 'memory' });
}, 20_000);
