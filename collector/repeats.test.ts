// Repeats are recognised by a frame's number, in whatever order frames come, and nothing that is new is ever taken for one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Repeats, WINDOW } from './repeats.ts';

describe('repeats', () => {
  it('are the frames of a window that have come before, against a set of all numbers', () => {
    const steps = fc.array(
      fc.record({ probe: fc.constantFrom('a', 'b'), jump: fc.integer({ min: -WINDOW - 40, max: 60 }) }),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const repeats = new Repeats();
        const known = new Map([
          ['a', { top: -1, seen: new Set<number>() }],
          ['b', { top: -1, seen: new Set<number>() }],
        ]);
        for (const { probe, jump } of all) {
          const of = known.get(probe)!;
          const sequence = Math.max(0, of.top + jump);
          const isOld = sequence <= of.top - WINDOW;
          expect(repeats.isRepeated(probe, 1, sequence)).toBe(!isOld && of.seen.has(sequence));
          of.seen.add(sequence);
          of.top = Math.max(of.top, sequence);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are none after a restart of the probe, which counts anew', () => {
    const repeats = new Repeats();
    const told = [1, 1, 2, 2, 1].map((incarnation) => repeats.isRepeated('a', incarnation, 0));
    expect(told).toEqual([false, true, false, true, false]);
  });

  it('are known after a gap longer than the window', () => {
    const repeats = new Repeats();
    const told = [5, 5 + 10 * WINDOW, 5 + 10 * WINDOW, 6 + 9 * WINDOW].map((n) => repeats.isRepeated('a', 1, n));
    expect(told).toEqual([false, false, true, false]);
  });
});
