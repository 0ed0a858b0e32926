// Ticks are whole seconds, each once, whatever timers and clocks do.
import { expect, it } from 'vitest';
import { nextTick } from './tick.ts';

it('is the next whole second', () => {
  expect(nextTick(1_000_250, undefined)).toBe(1_001_000);
  expect(nextTick(1_001_003, 1_001_000)).toBe(1_002_000);
});
it('is not the same second twice when a timer fires a millisecond early', () => {
  expect(nextTick(1_000_999, 1_001_000)).toBe(1_002_000);
});
it('leaves out the seconds in which the app did not let any timer run', () => {
  expect(nextTick(1_007_400, 1_001_000)).toBe(1_008_000);
});
it('waits where the clock is set back a little, and follows it where it is set back by an hour', () => {
  expect(nextTick(998_500, 1_001_000)).toBe(1_002_000);
  expect(nextTick(1_000_000 - 3_600_000, 1_001_000)).toBe(1_001_000 - 3_600_000);
});
