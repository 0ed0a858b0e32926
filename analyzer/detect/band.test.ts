// The band by itself: what a burst or good news may do to it.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { learnSample } from './band.ts';
import { DEVIATION, LOCATION, MAX, MIN, records, TAIL, TRAITS } from './record.ts';
import { traitsOf } from './traits.ts';

const FLOOR = 0.15;
const MEMORY = 240;

/** A record of a series with the given bad direction that has learned 2,000 samples of Gaussian noise of scale 1. */
const learned = (bad: 'up' | 'down' | 'both', seed: number) => {
  const r = records(1);
  const meta = { id: '1', entity: 'a', metric: 'm', unit: '', class: 'resource', kind: 'gauge', bad } as const;
  r.b[TRAITS] = traitsOf(meta);
  r.f[MIN] = Number.POSITIVE_INFINITY;
  r.f[MAX] = Number.NEGATIVE_INFINITY;
  const random = seededRandom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let n = 0;
  const learn = (x: number) => learnSample(r, 0, ++n, x, x, FLOOR, MEMORY);
  for (let k = 0; k < 2_000; k++) learn(gauss());
  return { f: r.f, learn, gauss };
};

describe('the band', () => {
  it.each(['up', 'down', 'both'] as const)('knows the scale of Gaussian noise (bad: %s)', (bad) => {
    const { f } = learned(bad, 1);
    expect(f[LOCATION]).toBeCloseTo(0, 0);
    expect(f[DEVIATION]).toBeGreaterThan(0.8);
    expect(f[DEVIATION]).toBeLessThan(1.2);
    expect(f[TAIL]).toBeGreaterThan(1.2);
    expect(f[TAIL]).toBeLessThan(3.5);
  });

  it('is not widened on the bad side by what lies on the good one', () => {
    for (const sign of [1, -1]) {
      const { f, learn } = learned(sign > 0 ? 'up' : 'down', 2);
      const [deviation, tail] = [f[DEVIATION]!, f[TAIL]!];
      for (let k = 0; k < 30; k++) learn(-20 * sign);
      expect(f[DEVIATION]).toBeLessThan(1.1 * deviation);
      expect(f[TAIL]).toBeLessThanOrEqual(tail);
    }
  });

  it('takes a burst for one event, and events that come again and again for its tail', () => {
    const { f, learn, gauss } = learned('up', 3);
    const tail = f[TAIL]!;
    for (let k = 0; k < 20; k++) learn(15);
    expect(f[TAIL]).toBeLessThan(tail + 0.6);
    for (let k = 0; k < 4_000; k++) learn(k % 25 === 0 ? 15 : gauss());
    expect(f[TAIL]).toBeGreaterThan(tail + 1.5);
  });

  it('follows good news to its new level', () => {
    const { f, learn, gauss } = learned('up', 4);
    for (let k = 0; k < 1_800; k++) learn(gauss() - 10);
    expect(f[LOCATION]).toBeCloseTo(-10, 0);
  });
});
