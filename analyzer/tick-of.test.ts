// One host five seconds ahead of all others, and a recording that is played at a hundred times its pace.
import { expect, it } from 'vitest';
import type { Probe } from './probes.ts';
import { tickOf } from './tick-of.ts';

const probe = (hash: string, seenMs: number, tickMs: number): Probe => ({
  hash,
  service: undefined,
  host: undefined,
  seenMs,
  tickMs,
  samples: 0,
  incarnation: 1,
  sequence: 1,
});
const right = ['a', 'b', 'c'].map((hash) => probe(hash, 10_040, 10_000));

it('is when a frame came where its clock alone is ahead', () => {
  expect(tickOf(right, 'd', 16_000, 11_020)).toBe(11_000);
  expect(tickOf([...right, probe('d', 10_020, 15_000)], 'd', 16_000, 11_020)).toBe(11_000);
});

it('is what a frame says where its clock is right, a little ahead, late on a slow bus, or nobody else tells the time', () => {
  expect(tickOf(right, 'd', 11_000, 11_020)).toBe(11_000);
  expect(tickOf(right, 'd', 12_400, 11_020)).toBe(12_000);
  expect(tickOf(right, 'd', 7_000, 11_020)).toBe(7_000);
  expect(tickOf([], 'd', 16_000, 11_020)).toBe(16_000);
  expect(tickOf(right, 'd', 16_000, 13_020)).toBe(16_000);
});

it('is what a frame says where all are ahead, as in a recording that is played fast', () => {
  const played = ['a', 'b', 'c'].map((hash) => probe(hash, 10_040, 70_000));
  expect(tickOf(played, 'a', 71_000, 10_050)).toBe(71_000);
});
