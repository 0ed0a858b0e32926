// Who failed waits, who did not passes, and what is remembered is bounded.
import { expect, it } from 'vitest';
import { impatience } from './impatience.ts';

it('asks only who failed a moment ago to wait, and no longer than that', () => {
  let now = 1_000;
  const again = impatience(() => now);
  expect(again.waitS('ann')).toBe(0);
  again.failed('ann');
  expect(again.waitS('ann')).toBe(3);
  expect(again.waitS('bob')).toBe(0);
  now += 2_500;
  expect(again.waitS('ann')).toBe(1);
  now += 500;
  expect(again.waitS('ann')).toBe(0);
});

it('forgets the oldest failures first', () => {
  const again = impatience(() => 0);
  for (let i = 0; i <= 10_000; i++) again.failed(`${i}`);
  expect(again.waitS('0')).toBe(0);
  expect(again.waitS('1')).toBe(3);
});
