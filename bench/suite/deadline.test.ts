// When the clock starts: at the first bad sample, or when customers feel what grows, and not for what a restart beside it did to them.
import { expect, it } from 'vitest';
import { deadlineFrom } from './deadline.ts';

it('runs from the first bad sample of what is immediate, from the switch where no sample is bad', () => {
  expect(deadlineFrom('immediate', null, { beganMs: 100, feltMs: 900, firstBadMs: 400 })).toBe(400);
  expect(deadlineFrom('immediate', null, { beganMs: 100, feltMs: 900, firstBadMs: undefined })).toBe(100);
  expect(deadlineFrom('immediate', null, { beganMs: undefined, feltMs: 900, firstBadMs: 400 })).toBeUndefined();
});

it('runs from when customers feel what grows, and never where they do not', () => {
  const grown = { beganMs: 100, firstBadMs: 2_000 };
  expect(deadlineFrom('growing', null, { ...grown, feltMs: 900 })).toBe(900);
  expect(deadlineFrom('growing', 'noisy-service', { ...grown, feltMs: 900 })).toBe(900);
  expect(deadlineFrom('growing', null, { ...grown, feltMs: Number.POSITIVE_INFINITY })).toBe(Number.POSITIVE_INFINITY);
});

it('runs neither before the fault began nor, beside a restart that customers feel as well, before it showed', () => {
  expect(deadlineFrom('growing', null, { beganMs: 1_000, feltMs: 500, firstBadMs: 700 })).toBe(1_000);
  expect(deadlineFrom('growing', 'planned-restart', { beganMs: 100, feltMs: 500, firstBadMs: 4_000 })).toBe(4_000);
  expect(deadlineFrom('growing', 'planned-restart', { beganMs: 100, feltMs: 6_000, firstBadMs: 4_000 })).toBe(6_000);
});
