// The healthy hour: complete and without overlaps at any length, and strict about what was opened when.

import { seededRandom } from '@fenghuo/kit';
import type { Decision } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { faults } from '../../examples/takeaway/faults/table.ts';
import { hourHolds, turns } from './hour.ts';

it.each([3, 60])(
  'has two peaks, a deploy, a restart, a promotion and a surge one after the other in %d minutes',
  (minutes) => {
    const plan = turns(minutes, seededRandom(5));
    expect(plan.map(({ fault }) => fault)).toEqual([
      'meal-peak',
      'bad-release',
      'planned-restart',
      'meal-peak',
      'promotion',
      'surge',
    ]);
    for (const [i, { atS, seconds, fault, target }] of plan.entries()) {
      expect(atS + seconds).toBeLessThanOrEqual(plan[i + 1]?.atS ?? minutes * 60);
      expect(faults[fault]!.targets).toContain(target);
    }
    expect(plan[1]!.options.bad).toBe('0');
  },
);

const opened = (severity: 'info' | 'error', onsetMs: number): { atMs: number; decision: Decision } => ({
  atMs: onsetMs,
  decision: {
    v: 1,
    id: `0-${onsetMs}-0`,
    seq: onsetMs,
    atMs: onsetMs,
    type: 'incident.opened',
    incident: `i${onsetMs}`,
    onsetMs,
    severity,
    title: { en: 'slow', zh: '慢' },
    trigger: [],
  },
});
const done = turns(60, seededRandom(5)).map(({ says, atS }) => ({ says, fromMs: atS * 1_000 }));
const holds = (...seen: ReturnType<typeof opened>[]): boolean =>
  hourHolds({ minutes: 60, seen, pages: 0, turns: done }).every(([, is]) => is);

it('takes nothing, or one notice in the surge, and nothing more', () => {
  const surge = done.at(-1)!.fromMs;
  expect(holds()).toBe(true);
  expect(holds(opened('info', surge + 5_000))).toBe(true);
  expect(holds(opened('info', surge - 5_000))).toBe(false);
  expect(holds(opened('error', surge + 5_000))).toBe(false);
  expect(holds(opened('info', surge + 5_000), opened('info', surge + 9_000))).toBe(false);
  expect(hourHolds({ minutes: 60, seen: [], pages: 1, turns: done }).every(([, is]) => is)).toBe(false);
});
