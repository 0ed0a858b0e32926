// A new version takes more memory: five minutes later that is what it is like. A new version that is slow is told at once and stays told.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import type { SeriesMeta } from '../types.ts';
import { BEGAN, DetectorBank, ENDED, releasedSamples } from './bank.ts';

const START = 1_700_000_000_000;
const memory: SeriesMeta = {
  id: '0000000000000001',
  entity: 'menu',
  metric: 'process.memory.usage',
  unit: 'By',
  class: 'resource',
  kind: 'gauge',
  bad: 'both',
};
const latency: SeriesMeta = { ...memory, metric: 'x.duration', unit: 's', class: 'latency', bad: 'up' };

/** Half an hour of one level, then another; with a release at the change or without; turns by second after the change. */
const changed = (meta: SeriesMeta, before: number, after: number, isReleased: boolean, isFrozen = false) => {
  const bank = new DetectorBank();
  const index = bank.add(meta, 1_000);
  const random = seededRandom(1);
  const level = (x: number) => x * (1 + 0.02 * (random() + random() - 1));
  let second = 0;
  const push = (x: number) => bank.push(index, START + second++ * 1_000, level(x));
  for (let s = 0; s < 1_800; s++) push(before);
  if (isReleased) bank.release(index, START + second * 1_000);
  if (isFrozen) bank.freeze(index);
  const turns: { readonly s: number; readonly turn: number }[] = [];
  for (let s = 0; s < 2_400; s++) {
    const turn = push(after);
    if (turn !== 0) turns.push({ s, turn });
  }
  return { bank, index, turns, push };
};

describe('after a release', () => {
  it('a new level is told, and accepted after five minutes instead of half an hour', () => {
    const without = changed(memory, 200e6, 320e6, false);
    const { turns, bank, index, push } = changed(memory, 200e6, 320e6, true);
    expect(turns.map(({ turn }) => turn)).toEqual([BEGAN, ENDED]);
    expect(turns[0]!.s).toBeLessThan(5);
    expect(turns[1]!.s - turns[0]!.s).toBe(releasedSamples);
    expect(without.turns[1]!.s - without.turns[0]!.s).toBeGreaterThanOrEqual(1_800);
    expect(bank.expected(index).expected).toBeCloseTo(320e6, -7);
    // And from there the next change is seen.
    const words = Array.from({ length: 5 }, () => push(480e6));
    expect(words).toContain(BEGAN);
  });

  it('a slow version is told at the first sample and, once an incident has frozen it, never taken for normal', () => {
    const { turns, bank, index } = changed(latency, 0.05, 0.8, true, true);
    expect(turns).toEqual([{ s: 0, turn: BEGAN }]);
    expect(bank.isAnomalous(index)).toBe(true);
    expect(bank.expected(index).expected).toBeCloseTo(0.05, 2);
  });
});
