// A robot that is told more than its maker allows shuts everybody out: at no moment may a window hold more than it takes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PACE_MEMORY, paceMs } from './pace.ts';

const limits = [
  ['dingtalk', 60_000, 20],
  ['wecom', 60_000, 20],
  ['feishu', 60_000, 100],
  ['feishu', 1_000, 5],
] as const;

it.each(limits)('%s: in no %d ms more than %d pages, however incidents come', (type, windowMs, pagesMax) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 300 }), (gaps) => {
      let nowMs = 0;
      let told: number[] = [];
      const all: number[] = [];
      for (const gap of gaps) {
        nowMs += gap;
        nowMs += paceMs(type, told, nowMs);
        told = [...told, nowMs].slice(-PACE_MEMORY);
        all.push(nowMs);
      }
      for (let i = pagesMax; i < all.length; i++)
        expect((all[i] ?? 0) - (all[i - pagesMax] ?? 0)).toBeGreaterThanOrEqual(windowMs);
    }),
  );
});

it('holds nobody back who has no limit', () => expect(paceMs('pagerduty', Array(100).fill(0), 0)).toBe(0));
