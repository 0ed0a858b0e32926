// A consumer that hangs while orders come in, and what only looks like it.
import { seededRandom } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { Stalls, stallBytes } from './stall.ts';

/** Decades that a sample a second needs to decide alone. */
const DECADES = 8.7;
type Tick = (second: number) => { readonly moved: number; readonly traffic: number };

/** Seconds at which it was told and called off. */
const followed = (tick: Tick, seconds: number) => {
  const stalls = new Stalls(DECADES);
  const place = stalls.open()!;
  const turns: number[] = [];
  let said: ReturnType<Stalls['read']>;
  for (let s = 0; s < seconds; s++) {
    const { moved, traffic } = tick(s);
    if (!stalls.put(place, moved, traffic)) continue;
    turns.push(s);
    said ??= stalls.read(place);
  }
  return { turns, said };
};

describe('stalled counters', () => {
  it('sees a consumer hang while its service is still called, and its return', () => {
    const random = seededRandom(1);
    const calls = () => 40 + Math.floor(random() * 20);
    const { turns, said } = followed((s) => ({ moved: s >= 900 && s < 1_000 ? 0 : calls(), traffic: calls() }), 1_200);
    expect(turns).toHaveLength(2);
    expect(turns[0]! - 900).toBeLessThan(30);
    expect(turns[1]).toBe(1_000);
    expect(said!.expected).toBeGreaterThan(40);
    expect(said!.probability).toBeGreaterThan(0.99);
  });

  it('waits longer for a counter that moves now and then', () => {
    const random = seededRandom(2);
    const { turns } = followed((s) => ({ moved: s < 9_000 && random() < 0.1 ? 1 : 0, traffic: 50 }), 10_000);
    expect(turns).toHaveLength(1);
    expect(turns[0]! - 9_000).toBeGreaterThan(120);
    expect(turns[0]! - 9_000).toBeLessThan(400);
  });

  it('says nothing when the service itself has nothing to do, at night or cut off', () => {
    const { turns } = followed((s) => ({ moved: s < 900 ? 30 : 0, traffic: s < 900 ? 50 : 2 }), 2_000);
    expect(turns).toEqual([]);
  });

  it('is quiet for a day of counters that come in bunches', () => {
    const random = seededRandom(3);
    let bunch = 0;
    const bunches: Tick = () => {
      if (bunch > 0) bunch--;
      else if (random() < 0.01) bunch = Math.floor(random() * 60);
      return { moved: bunch > 0 && random() < 0.5 ? 3 : 0, traffic: 20 + Math.floor(random() * 10) };
    };
    expect(followed(bunches, 86_400).turns).toEqual([]);
  });

  it('takes a counter that stays at rest for half an hour as one that rests', () => {
    const { turns } = followed((s) => ({ moved: s < 500 ? 5 : 0, traffic: 10 }), 4_000);
    expect(turns).toHaveLength(2);
    expect(turns[1]! - 500).toBe(1_799);
    expect(stallBytes).toBeLessThanOrEqual(32);
  });
});
