// The way to and from a service: late into it and out of it by the same time. A slow callee delays its caller by what it waits, and by no more.
import { describe, expect, it } from 'vitest';
import { evidence, series } from '../testing/evidence.ts';
import { ranked } from './ranked.ts';

const LATENCY = 'http.request.duration';
const calls = (caller: string, entity: string, was: number, by: number, count: number) => [
  series({ entity, caller, metric: LATENCY }, was, [was + by, was + by, was + by, was + by]),
  series(
    { entity, caller, metric: 'requests', unit: '{request}', class: 'traffic', kind: 'delta', bad: 'both' },
    count,
    [count, count, count, count],
  ),
];
const own = (entity: string, was: number, by: number) =>
  series({ entity, metric: LATENCY }, was, [was + by, was + by, was + by, was + by]);
const edges = [
  ['site', 'shop'],
  ['shop', 'till'],
] as const;
const first = (all: Parameters<typeof evidence>[0]) => {
  const { entity, kind } = ranked(evidence(all, edges)).suspects[0]!;
  return `${entity} ${kind}`;
};

describe('the way to and from a service', () => {
  it('is named where calls into it take longer than the calls that it makes account for, by as much as each of those', () => {
    const all = [...calls('site', 'shop', 0.08, 0.45, 100), ...calls('shop', 'till', 0.02, 0.3, 50)];
    expect(first(all)).toBe('shop network');
  });

  it('is not named where the callee accounts for all, by whatever share of the requests it is asked', () => {
    const half = [...calls('site', 'shop', 0.08, 0.15, 100), ...calls('shop', 'till', 0.02, 0.3, 50)];
    const twice = [...calls('site', 'shop', 0.08, 0.6, 100), ...calls('shop', 'till', 0.02, 0.3, 200)];
    expect(first(half)).toBe('till latency');
    expect(first(twice)).toBe('till latency');
  });

  it('is told by the two ends of the calls where both speak', () => {
    const ends = [own('shop', 0.07, 0.3), own('till', 0.02, 0)];
    const [into, out] = [calls('site', 'shop', 0.08, 0.6, 100), calls('shop', 'till', 0.02, 0.3, 100)];
    expect(first([...into, ...out, ...ends])).toBe('shop network');
    // The callee says itself that it is slow.
    expect(first([...into, ...out, own('shop', 0.07, 0.3), own('till', 0.02, 0.3)])).toBe('till latency');
  });

  it('is not guessed where nobody counts the calls', () => {
    const [into] = calls('site', 'shop', 0.08, 0.6, 100);
    const [out] = calls('shop', 'till', 0.02, 0.3, 50);
    expect(first([into!, out!])).toBe('till latency');
  });
});
