// The first minutes of a series, and series of few whole numbers: what the catalogue says of a class stands in for a past.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import type { SeriesMeta } from '../types.ts';
import { BEGAN, DetectorBank } from './bank.ts';

const START = 1_700_000_000_000;
const base: SeriesMeta = {
  id: '0000000000000001',
  entity: 'order',
  metric: 'x',
  unit: 's',
  class: 'latency',
  kind: 'gauge',
  bad: 'up',
};
const errors: SeriesMeta = { ...base, unit: '{error}', class: 'errors', kind: 'delta' };

/** Feeds a past, then a present; answers how often the past was told, and at which sample of the present first. */
const told = (meta: SeriesMeta, past: number, usual: () => number, now: () => number, present = 10) => {
  const bank = new DetectorBank();
  const index = bank.add(meta, 1_000);
  let before = 0;
  for (let s = 0; s < past; s++) if (bank.push(index, START + s * 1_000, usual()) === BEGAN) before++;
  for (let s = 0; s < present; s++)
    if (bank.push(index, START + (past + s) * 1_000, now()) === BEGAN) return { before, after: s };
  return { before, after: Number.POSITIVE_INFINITY };
};

describe('young series', () => {
  it('half a minute after its start a service that never moved may move as its class does, and no more', () => {
    // A latency by 15 %, a share of processor time by two points: neither has shown any noise yet.
    expect(
      told(
        base,
        30,
        () => 0.05,
        () => 0.056,
      ).after,
    ).toBe(Number.POSITIVE_INFINITY);
    expect(
      told(
        base,
        30,
        () => 0.05,
        () => 0.5,
      ).after,
    ).toBe(0);
    const cpu: SeriesMeta = { ...base, unit: '1', class: 'saturation' };
    expect(
      told(
        cpu,
        30,
        () => 0.2,
        () => 0.23,
      ).after,
    ).toBe(Number.POSITIVE_INFINITY);
    expect(
      told(
        cpu,
        30,
        () => 0.2,
        () => 0.95,
      ).after,
    ).toBe(0);
  });

  it('before twenty samples nothing is said', () => {
    expect(
      told(
        base,
        10,
        () => 0.05,
        () => 0.5,
        9,
      ).after,
    ).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('sparse and whole numbers', () => {
  it('an error in a hundred seconds is no news, eight in one are', () => {
    const random = seededRandom(1);
    const { before, after } = told(
      errors,
      10_000,
      () => (random() < 0.01 ? 1 : 0),
      () => 8,
    );
    expect(before).toBeLessThanOrEqual(1);
    expect(after).toBeLessThan(3);
  });

  it('orders of two a second are not told for two seconds without any', () => {
    const random = seededRandom(2);
    const orders: SeriesMeta = { ...base, unit: '{order}', class: 'business', kind: 'delta', bad: 'down' };
    const two = () => Math.floor(random() * 5);
    expect(told(orders, 5_000, two, () => 0, 2).after).toBe(Number.POSITIVE_INFINITY);
  });
});
