// How the bank behaves on made-up series of every shape that matters: what it must see at once, and what must leave it quiet.
import { seededRandom } from '@fenghuo/kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesMeta } from '../types.ts';
import { DetectorBank } from './bank.ts';
import { bytesPerSeries } from './record.ts';

const latency: SeriesMeta = {
  id: '0000000000000001',
  entity: 'bank-a',
  caller: 'payment',
  metric: 'http.client.request.duration',
  stat: 'p50',
  unit: 's',
  class: 'latency',
  kind: 'gauge',
  bad: 'up',
};
const orders: SeriesMeta = { ...latency, metric: 'orders', unit: '1', class: 'business', kind: 'delta', bad: 'down' };
const gauge: SeriesMeta = { ...latency, metric: 'x', unit: '', class: 'resource', bad: 'both' };
const START = 1_700_000_000_000;

const fed = (meta: SeriesMeta, count: number, value: (t: number) => number, stepMs = 1_000) => {
  const bank = new DetectorBank();
  const index = bank.add(meta, stepMs);
  let began = 0;
  for (let t = 0; t < count; t++) if (bank.push(index, START + t * stepMs, value(t)) === 1) began++;
  return { bank, index, began, next: START + count * stepMs };
};
const noise = (seed: number) => {
  const random = seededRandom(seed);
  return () => random() + random() + random() + random() - 2;
};

describe('DetectorBank', () => {
  it('sees a latency of 50 ms become 800 ms on the first bad sample, cold and with a past', () => {
    for (const past of [30, 5_000]) {
      const g = noise(past);
      const { bank, index, began, next } = fed(latency, past, () => 0.05 * Math.exp(0.3 * g()));
      expect(began).toBe(0);
      expect(bank.push(index, next, 0.8)).toBe(1);
      // One sample alone may be chance; four more are not.
      const atOnce = bank.probability(index);
      expect(atOnce).toBeGreaterThan(0.5);
      expect(bank.anomaly(index)).toMatchObject({
        onsetMs: next,
        detectedMs: next,
        entity: 'bank-a',
        caller: 'payment',
      });
      expect(bank.baseline(index).location).toBeCloseTo(0.05, 1);
      for (let t = 1; t < 5; t++) bank.push(index, next + t * 1_000, 0.8);
      expect(bank.probability(index)).toBeGreaterThanOrEqual(atOnce);
      expect(bank.probability(index)).toBeGreaterThan(0.9);
    }
  });

  it('ends with hysteresis, and accepts a level that stays', () => {
    const g = noise(2);
    const healthy = () => 0.05 * Math.exp(0.3 * g());
    const { bank, index, next } = fed(latency, 300, healthy);
    const words = Array.from({ length: 30 }, (_, t) => bank.push(index, next + t * 1_000, t < 10 ? 0.8 : healthy()));
    expect(words.filter((word) => word === 1)).toHaveLength(1);
    expect(words.indexOf(2)).toBeGreaterThanOrEqual(14);
    let ended = false;
    for (let t = 30; t < 2_500 && !ended; t++) ended = bank.push(index, next + t * 1_000, 0.8) === 2;
    expect(ended).toBe(true);
    expect(bank.expected(index).expected).toBeGreaterThan(0.5);
  });

  it('sees a trouble that comes a second time: two minutes of it are no past of the series', () => {
    const random = seededRandom(8);
    const errors: SeriesMeta = { ...latency, unit: '{error}', class: 'errors', kind: 'delta', metric: 'errors' };
    const { bank, index, next } = fed(errors, 1_000, () => (random() < 0.04 ? 1 : 0));
    const told = (from: number): number => {
      let first = -1;
      for (let t = 0; t < 120; t++) if (bank.push(index, next + (from + t) * 1_000, 15) === 1 && first < 0) first = t;
      for (let t = 120; t < 520; t++) bank.push(index, next + (from + t) * 1_000, random() < 0.04 ? 1 : 0);
      return first;
    };
    const [once, again] = [told(0), told(520)];
    expect(once).toBeGreaterThanOrEqual(0);
    expect(once).toBeLessThan(4);
    expect(again).toBeGreaterThanOrEqual(0);
    expect(again).toBeLessThan(4);
  });

  it.each([
    [90, 0],
    [90, 30],
    [300, 0],
    [300, 60],
    [5_000, 60],
  ])('sees calls become slow after a while in which they failed at once (past %i s, %i s between)', (past, between) => {
    // As it happened: a name that did not resolve ended calls of 60 ms in 1 ms for 20 s; then a delay of 500 ms went unnoticed.
    const g = noise(past + between);
    const healthy = () => 0.06 * Math.exp(0.2 * g());
    const { bank, index, next } = fed(latency, past, healthy);
    const high = bank.expected(index).high;
    const push = (t: number, value: number) => bank.push(index, next + t * 1_000, value);
    for (let t = 0; t < 20; t++) expect(push(t, 0.001 * Math.exp(0.2 * g()))).toBe(0);
    for (let t = 20; t < 20 + between; t++) expect(push(t, healthy())).toBe(0);
    expect(bank.expected(index).high).toBeLessThan(1.2 * high);
    const words = [0, 1].map((t) => push(20 + between + t, 0.5 + healthy()));
    expect(words).toContain(1);
  });

  it('does not learn while frozen', () => {
    const g = noise(3);
    const { bank, index, next } = fed(latency, 300, () => 0.05 * Math.exp(0.3 * g()));
    const before = bank.baseline(index);
    bank.freeze(index);
    for (let t = 0; t < 3_000; t++) bank.push(index, next + t * 1_000, 0.8);
    expect(bank.isAnomalous(index)).toBe(true);
    expect(bank.baseline(index)).toMatchObject({ location: before.location, n: before.n });
    bank.thaw(index);
    expect(bank.push(index, next + 3_000_000, 0.8)).toBe(2);
  });

  it('sees orders stop, and not orders rise', () => {
    const random = seededRandom(4);
    const { bank, index, next } = fed(orders, 600, () => 15 + Math.floor(random() * 10));
    expect(bank.push(index, next, 90)).toBe(0);
    const words = Array.from({ length: 5 }, (_, t) => bank.push(index, next + (t + 1) * 1_000, 0));
    expect(words).toContain(1);
  });

  it('is quiet on heavy tails, and on counts that are nearly always zero', () => {
    const g = noise(5);
    const random = seededRandom(6);
    const heavy = fed(latency, 20_000, () => 0.08 * Math.exp(0.5 * g()) * (random() < 0.01 ? 4 : 1));
    const sparse = fed({ ...orders, bad: 'both' }, 20_000, () => (random() < 0.02 ? 1 : 0));
    expect(heavy.began + sparse.began).toBeLessThanOrEqual(1);
  });

  it('tells silence once, with the time of the first missing sample', () => {
    const { bank, index, next } = fed(gauge, 100, (t) => t % 7);
    expect(bank.tick(next)).toEqual([]);
    expect(bank.tick(next + 5_000)).toEqual([index]);
    expect(bank.tick(next + 6_000)).toEqual([]);
    expect(bank.anomaly(index)).toMatchObject({ shape: 'silence', onsetMs: next });
    bank.push(index, next + 9_000, 3);
    expect(bank.anomaly(index)).toBeUndefined();
  });

  it('learns the hours of a day where they matter', () => {
    const g = noise(7);
    const day = (t: number) => (Math.floor((START + t * 300_000) / 3_600_000) % 24 < 8 ? 10 : 100) + g();
    const early = fed(gauge, 288 * 3, day, 300_000);
    const late = fed(gauge, 288 * 7, day, 300_000);
    const { bank, index, next } = late;
    expect(late.began - early.began).toBeLessThanOrEqual(1);
    const words = Array.from({ length: 12 }, (_, t) => bank.push(index, next + t * 300_000, day(288 * 7 + t) + 45));
    expect(words).toContain(1);
  });

  it('holds its promises for any series', () => {
    const value = fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constant(Number.NaN), fc.constant(0));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), (values) => {
        const run = () => {
          const { bank, index } = fed(gauge, 0, () => 0);
          let open = false;
          return values.map((x, t) => {
            const word = bank.push(index, START + t * 1_000, x);
            if (word !== 0) {
              expect(word).toBe(open ? 2 : 1);
              open = !open;
            }
            const [p, score] = [bank.probability(index), bank.score(index)];
            expect(p >= 0 && p <= 1 && score >= 0 && score <= 1).toBe(true);
            return [word, p, score];
          });
        };
        expect(run()).toEqual(run());
      }),
      { numRuns: 60 },
    );
  });

  it('keeps 10,000 series apart and small', () => {
    const bank = new DetectorBank();
    const indices = Array.from({ length: 10_000 }, () => bank.add(gauge, 1_000));
    for (let t = 0; t < 5; t++) for (const index of indices) bank.push(index, START + t * 1_000, index);
    expect(indices.every((index) => bank.last(index) === index && bank.recent(index).values.length === 5)).toBe(true);
    expect(bytesPerSeries()).toBeLessThanOrEqual(300);
  });
});

it('takes what was seen since an onset out of the mean and its spread, and leaves what was before', () => {
  const random = seededRandom(3);
  const usual = (): number => (random() < 0.02 ? 1 : 0);
  const { stat: _, ...plain } = latency;
  const errors: SeriesMeta = { ...plain, metric: 'errors', unit: '{error}', class: 'errors', kind: 'delta' };
  const { bank, index, next } = fed(errors, 600, usual);
  const before = bank.baseline(index);
  bank.push(index, next, 2);
  bank.push(index, next + 1_000, 5);
  expect(bank.baseline(index).mean).toBeGreaterThan(before.mean + 1 / 240);
  bank.rest(index, next);
  expect(bank.baseline(index).mean).toBeCloseTo(before.mean, 6);
  expect(bank.baseline(index).sd).toBeCloseTo(before.sd, 6);
});

it('tells the mean before the last samples, so that what is judged is no part of its own past', () => {
  const { stat: _, ...plain } = latency;
  const errors: SeriesMeta = { ...plain, metric: 'errors', unit: '{error}', class: 'errors', kind: 'delta' };
  for (const seconds of [60, 600]) {
    const { bank, index, next } = fed(errors, seconds, (t) => (t % 20 === 0 ? 1 : 0));
    const before = bank.baseline(index).mean;
    for (const [k, value] of [1, Number.NaN, 2].entries()) bank.push(index, next + 1_000 * k, value);
    expect(bank.baseline(index).mean).toBeGreaterThan(1.2 * before);
    expect(bank.meanBefore(index, 3)).toBeCloseTo(before, 6);
    // What is not learned need not be taken out.
    bank.freeze(index);
    bank.push(index, next + 3_000, 9);
    expect(bank.meanBefore(index, 1)).toBeCloseTo(bank.baseline(index).mean, 6);
  }
});

it('says what it saw last where the present sample is missing: what is told of an anomaly is a number', () => {
  const { bank, index, next } = fed(latency, 600, (t) => 0.05 + 0.001 * (t % 7));
  for (const [k, value] of [0.8, 0.9, 0.85, Number.NaN].entries()) bank.push(index, next + 1_000 * k, value);
  expect(bank.anomaly(index)?.seen).toBeCloseTo(0.85);
});
