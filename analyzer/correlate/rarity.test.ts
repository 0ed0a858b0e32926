// How seldom a healthy platform shows a run of slow or failed calls: against exact figures, and what a small and a large platform ask for.
import { expect, it } from 'vitest';
import {
  atOnce,
  eventNats,
  failShare,
  figureNats,
  natsNeeded,
  natsOf,
  natsPlain,
  slowShare,
  troubleNats,
  waitingNats,
} from './rarity.ts';

const exact = (n: number, k: number, q: number): number => {
  let sum = 0;
  for (let j = k; j <= n; j++) {
    let term = q ** j * (1 - q) ** (n - j);
    for (let i = 1; i <= j; i++) term *= (n - j + i) / i;
    sum += term;
  }
  return -Math.log(sum);
};

it('is the binomial tail, never above it by more than its bound', () => {
  for (const [n, k, q] of [
    [6, 3, 0.001],
    [20, 10, 0.01],
    [40, 4, 0.02],
    [1, 1, 0.01],
  ] as const) {
    expect(natsOf(n, k, q)).toBeLessThanOrEqual(exact(n, k, q) + 1e-9);
    expect(natsOf(n, k, q)).toBeGreaterThan(exact(n, k, q) - 0.05);
  }
  expect(natsOf(20, 2, 0.2)).toBe(0);
});

it('lets six calls of sixteen times the usual open on a platform of fifty places, and not on one of four thousand', () => {
  const nats = natsOf(6, 3, slowShare(0.8, { extreme: 0.09, edge: Number.POSITIVE_INFINITY, calls: 15 }));
  expect(nats).toBeGreaterThan(natsNeeded(50));
  expect(nats).toBeLessThan(natsNeeded(4_000));
});

it('needs more of what is nearer to the usual extreme, and nothing counts within it', () => {
  expect(natsOf(8, 4, slowShare(0.8, { extreme: 0.1, edge: Number.POSITIVE_INFINITY, calls: 8 }))).toBeGreaterThan(
    natsOf(8, 4, slowShare(0.3, { extreme: 0.1, edge: Number.POSITIVE_INFINITY, calls: 8 })),
  );
  expect(natsOf(8, 4, slowShare(0.02, { extreme: 0.1, edge: Number.POSITIVE_INFINITY, calls: 8 }))).toBe(0);
  expect(figureNats(1, 1)).toBe(0);
  expect(figureNats(4, 1)).toBeGreaterThan(figureNats(2, 1));
});

it('makes more of what is beyond all that a hundred ticks reach, where that is near, and nothing else of what is within', () => {
  const calls = 8;
  const share = (x: number, edge: number) => slowShare(x, { extreme: 0.06, edge, calls });
  const unknown = Number.POSITIVE_INFINITY;
  expect(share(1.5, 0.15)).toBeLessThan(share(1.5, unknown) / 5);
  expect(share(0.14, 0.15)).toBe(share(0.14, unknown));
  // The farther out the edge is, the less is known beyond it.
  expect(share(1.5, 1.4)).toBe(share(1.5, unknown));
  // Of many calls a p99 is no extreme.
  expect(slowShare(1.5, { extreme: 0.06, edge: 0.07, calls: 400 })).toBe(
    slowShare(1.5, { extreme: 0.06, edge: unknown, calls: 400 }),
  );
});

it('does not take no error so far for never', () => {
  expect(failShare(0, 10, 100)).toBeCloseTo(0.001, 4);
  expect(failShare(0.1, 10, 100)).toBeCloseTo(0.011, 3);
});

it('finds a third of few calls that fail later than a third of many, never at once, and not the usual retries', () => {
  const many = troubleNats(0.001, 0.05)(60, 20);
  const few = troubleNats(0.001, 0.05)(3, 1);
  expect(many).toBeLessThan(natsNeeded(1));
  expect(few).toBeGreaterThan(0);
  expect(few).toBeLessThan(many);
  expect(troubleNats(0.01, 0.05)(100, 1)).toBeLessThan(0);
  expect(troubleNats(0.2, 0.1)(100, 50)).toBe(0);
  expect(eventNats(0.02, 2)(0)).toBeLessThan(0);
  expect(eventNats(0.02, 2)(3)).toBeGreaterThan(5);
});

it('takes more failures in a tick than one moment holds for rarer than a broken connection, and even those for no proof', () => {
  const moment = atOnce(15, 0.05);
  expect(moment).toBeGreaterThan(1);
  expect(moment).toBeLessThan(7);
  const broken = troubleNats(0.002, 0.05)(15, 12);
  const lasting = troubleNats(0.002, 0.05, moment)(15, 12);
  expect(troubleNats(0.002, 0.05, moment)(15, 3)).toBeLessThanOrEqual(broken);
  expect(lasting).toBeGreaterThan(broken);
  expect(lasting).toBeLessThan(natsNeeded(50));
});

it('weighs unanswered calls by how few usually wait and by how they come in bunches', () => {
  expect(waitingNats(13, 0.75, 0.9)).toBeGreaterThan(natsNeeded(50));
  expect(waitingNats(13, 0.75, 3)).toBeLessThan(natsNeeded(1));
  expect(waitingNats(1, 2, 1)).toBe(0);
});

it('puts beyond doubt what would open without the tick that is worth most, whatever is watched', () => {
  const [lost, slow] = [troubleNats(0.001, 0.1)(20, 20), figureNats(1e9, 1)];
  for (const needed of [natsNeeded(50), natsNeeded(4_000)]) {
    expect(natsPlain(needed, true) - lost).toBeCloseTo(needed);
    expect(natsPlain(needed, false)).toBeGreaterThan(natsPlain(needed, true));
    expect(natsPlain(needed, false)).toBeLessThan(needed + slow);
  }
});
