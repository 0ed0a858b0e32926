// Burn rates against brute force over the whole history, and the alerts of the workbook on outages whose answer is known.
import { burnPolicies } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';
import { bucketsPerWindow } from './window.ts';

type Event = { readonly timeMs: number; readonly good: number; readonly all: number };
const DAY = 86_400_000;
const T0 = 1_700_000_000_000;
const policies = [...burnPolicies, { severity: 'page' as const, burn: 2, longMs: 120_000, shortMs: 7_000, forMs: 0 }];

/** Share of bad events in the buckets that a window ends with at `nowMs`, looked for in everything that ever happened. */
const bruteBurn = (events: readonly Event[], nowMs: number, spanMs: number, target: number): number => {
  const bucketMs = spanMs / bucketsPerWindow;
  const last = Math.floor(nowMs / bucketMs);
  const within = events.filter(({ timeMs }) => Math.floor(timeMs / bucketMs) > last - bucketsPerWindow);
  const all = within.reduce((sum, event) => sum + event.all, 0);
  const good = within.reduce((sum, event) => sum + event.good, 0);
  const firstMs = Math.min(...events.map(({ timeMs }) => timeMs));
  return all === 0 ? 0 : ((1 - good / all) / (1 - target)) * Math.min(1, (nowMs - firstMs) / spanMs);
};

const step = fc.record({
  // Seconds as a rule, now and then a silence of minutes, hours or days.
  gapMs: fc.oneof(
    { arbitrary: fc.integer({ min: 0, max: 3_000 }), weight: 8 },
    { arbitrary: fc.integer({ min: 60_000, max: 8 * 3_600_000 }), weight: 2 },
    { arbitrary: fc.integer({ min: DAY, max: 40 * DAY }), weight: 1 },
  ),
  /** Some come late: this much before the present. */
  lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 600_000 })),
  all: fc.integer({ min: 0, max: 500 }),
  badShare: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('burn rates', () => {
  it('are those of brute force over everything that happened, on random streams', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 120 }),
        fc.constantFrom(0.9, 0.99, 0.999),
        (steps, target) => {
          const budget = new Budget({ target, periodMs: 28 * DAY, policies });
          const events: Event[] = [];
          let nowMs = T0;
          for (const { gapMs, lateMs, all, badShare } of steps) {
            nowMs += gapMs;
            const event = { timeMs: nowMs - lateMs, good: all - Math.floor(all * badShare), all };
            events.push(event);
            budget.add(event.timeMs, event.good, event.all);
            budget.moveTo(nowMs);
            for (const { longMs, shortMs } of policies)
              for (const span of [longMs, shortMs, 28 * DAY])
                expect(budget.burn(span)).toBeCloseTo(bruteBurn(events, nowMs, span, target), 6);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

/** Feeds `seconds` of 100 events a second, of which a share is bad; answers after how many seconds an alert first held. */
const feed = (budget: Budget, fromMs: number, seconds: number, bad: number): number | undefined => {
  let first: number | undefined;
  for (let s = 0; s < seconds; s++) {
    budget.add(fromMs + s * 1_000, 100 * (1 - bad), 100);
    budget.moveTo(fromMs + s * 1_000);
    if (budget.burns.some(({ holds, policy }) => holds && policy.severity === 'page')) first ??= s;
  }
  return first;
};
const month = { target: 0.999, periodMs: 30 * DAY, policies: burnPolicies };

describe('alerts', () => {
  it("page when the workbook says: a full outage has used 2 % of a 99.9 % month's budget after 52 s of the hour", () => {
    const budget = new Budget(month);
    expect(feed(budget, T0, 7 * 3_600, 0)).toBeUndefined();
    // 14.4 × 0.1 % of an hour is 51.84 s; a bucket of the hour lasts a minute, so that it is found within it.
    expect(feed(budget, T0 + 7 * 3_600_000, 600, 1)).toBeCloseTo(51, -1);
  });

  it('let go within the short window once it is over, though the long one still burns', () => {
    const budget = new Budget(month);
    feed(budget, T0, 7 * 3_600, 0);
    feed(budget, T0 + 7 * 3_600_000, 180, 1);
    const overMs = T0 + 7 * 3_600_000 + 180_000;
    feed(budget, overMs, 310, 0);
    const [fast] = budget.burns;
    expect(fast?.long).toBeGreaterThan(14.4);
    expect(fast?.holds).toBe(false);
  });

  it('do not page for a burn that lasts the month: that is a ticket after three days', () => {
    const budget = new Budget(month);
    for (let minute = 0; minute < 3 * 1_440 + 5; minute++) {
      budget.add(T0 + minute * 60_000, 99_890, 100_000);
      budget.moveTo(T0 + minute * 60_000);
    }
    expect(budget.burns.map(({ policy, holds }) => [policy.severity, holds])).toEqual([
      ['page', false],
      ['page', false],
      ['ticket', true],
    ]);
    expect(budget.left).toBeCloseTo(1 - 1.1 * 0.1, 2);
  });

  it('are not called by a few bad seconds after a start', () => {
    const budget = new Budget(month);
    expect(feed(budget, T0, 20, 1)).toBeUndefined();
    expect(feed(budget, T0 + 20_000, 300, 0)).toBeUndefined();
  });

  it('wait as long as their policy says', () => {
    const patient = { severity: 'page' as const, burn: 2, longMs: 60_000, shortMs: 5_000, forMs: 30_000 };
    const budget = new Budget({ target: 0.9, periodMs: DAY, policies: [patient] });
    feed(budget, T0, 120, 0);
    const after = feed(budget, T0 + 120_000, 120, 1);
    expect(after).toBeGreaterThanOrEqual(30 + 11);
    expect(after).toBeLessThanOrEqual(30 + 14);
  });
});
