// Menus were served from memory while the menu service was in trouble, so nobody called it and its anomaly never ended. Twenty seconds later
// another trouble began: it had begun then, not forty seconds ago.
import { expect, it } from 'vitest';
import { beganAt } from './anew.ts';

/** When it began, in seconds, by samples a second apart; `.` is missing, `x` bad, anything else fine. */
const began = (samples: string, span = 1): number | undefined =>
  beganAt(
    {
      timesMs: Array.from(samples, (_, k) => k * 1_000),
      values: Array.from(samples, (sample) => (sample === '.' ? Number.NaN : sample === 'x' ? 9 : 1)),
    },
    span,
    (value) => value > 5,
  );

it('begins after the calm before it, though for most of that nobody told anything', () => {
  expect(began('xxxxxx..........ooxx')).toBe(18_000);
  expect(began('ooooooooxxxoxxx')).toBe(8_000);
});

it('goes on over a few fine samples, and over a gap that nobody told anything of', () => {
  expect(began('xxxxxxxxxxooooxx')).toBeUndefined();
  expect(began('x.....x......x')).toBeUndefined();
});

it('takes for its own what stirs now, within the band or not', () => {
  expect(began('oooooooooooo', 3)).toBe(9_000);
});
