// The suite's own eyes: whose sample is bad first, and what is none.
import type { Input } from '@fenghuo/analyzer/engine';
import type { FrameSchema } from '@fenghuo/rules/contract';
import { readRules } from '@fenghuo/rules/load';
import { describe, expect, it } from 'vitest';
import { firstBadSample } from './first-sample.ts';

const column = { metric: 'http.client.request.duration', unit: 's', kind: 'gauge', stat: 'p50', class: 'latency' };
const schema = {
  v: 1,
  hash: '00000000000000aa',
  probe: 'shop-1',
  resource: { service: 'shop', instance: 'shop-1' },
  listens: [],
  columns: ['bank', 'other'].map((callee, i) => ({
    ...column,
    id: `000000000000000${i}`,
    edge: { callee, protocol: 'http' },
  })),
} as unknown as FrameSchema;

/** A minute of calls that take 50 ms, then `bank` and `other` as told, a tick a second. */
const stream = (after: readonly (readonly [bank: number, other: number])[]): Input[] => {
  const ticks = [...Array.from({ length: 60 }, () => [0.05, 0.05] as const), ...after];
  return [
    { seq: 1, atMs: 0, kind: 'schema', schema },
    ...ticks.map(
      (values, i) =>
        ({
          seq: i + 2,
          atMs: (i + 1) * 1_000,
          kind: 'frame',
          frame: { schema: schema.hash, probe: 'x', timeMs: (i + 1) * 1_000, values: Float64Array.from(values) },
        }) as unknown as Input,
    ),
  ];
};
const { book: rules } = readRules(['rules']);
const first = (right: string, after: Parameters<typeof stream>[0]): number | undefined =>
  firstBadSample({ rules, inputs: stream(after) }, [right], { calmMs: 1_000, fromMs: 60_500, untilMs: 90_000 });

describe('firstBadSample', () => {
  it('is the tick in which calls to the right one were late first, and not that of another', () => {
    const after = [
      [0.06, 0.8],
      [0.12, 0.8],
      [0.4, 0.8],
      [0.9, 0.8],
    ] as const;
    expect(first('bank', after)).toBe(63_000);
    expect(first('shop → other', after)).toBe(61_000);
    expect(first('shop → bank', after)).toBe(63_000);
  });
  it('does not ask for more than the trouble before it showed', () => {
    const inputs = stream([[0.9, 0], ...Array.from({ length: 10 }, () => [0.05, 0] as const), [0.4, 0], [0.4, 0]]);
    const from = (calmMs: number): number | undefined =>
      firstBadSample({ rules, inputs }, ['bank'], { calmMs, fromMs: 71_500, untilMs: 90_000 });
    expect(from(63_000)).toBe(72_000);
    expect(from(1_000)).toBeUndefined();
  });
  it('is none where nothing came of it, or where it was as bad before', () => {
    expect(
      first('bank', [
        [0.1, 0.05],
        [0.14, 0.05],
      ]),
    ).toBeUndefined();
    expect(
      firstBadSample(
        {
          rules,
          inputs: stream([
            [0.9, 0],
            [0.9, 0],
          ]),
        },
        ['bank'],
        { calmMs: 1_000, fromMs: 61_500, untilMs: 90_000 },
      ),
    ).toBeUndefined();
  });
});
