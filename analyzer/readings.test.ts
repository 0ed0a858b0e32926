// What foreign senders report becomes what a probe would have: increases, in place.
import { encodeFrame, type Frame, type FrameSchema } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { Readings } from './readings.ts';

const column = (id: number, kind: 'gauge' | 'cumulative', stat?: 'bucket'): FrameSchema['columns'][number] => ({
  id: String(id).padStart(16, '0'),
  metric: `m${id}`,
  unit: '1',
  kind,
  class: 'resource',
  attributes: {},
  ...(stat === undefined ? {} : { stat }),
});
const frame = (first: number, ...values: number[]): Frame => ({
  schema: '0'.repeat(16),
  probe: '0'.repeat(16),
  incarnation: 1,
  sequence: 0,
  lost: 0,
  timeMs: 1_000,
  ...(first === 0 ? {} : { first }),
  values: Float64Array.from(values),
});

describe('readings', () => {
  it('makes increases of totals, also over a reset and a gap, and leaves gauges alone and buckets out', () => {
    const columns = [column(0, 'cumulative'), column(1, 'gauge'), column(2, 'cumulative', 'bucket')];
    const readings = new Readings();
    const seen = (...values: number[]): number[] => [...readings.plain(frame(0, ...values), columns).values];
    expect(seen(10, 5, 1)).toEqual([Number.NaN, 5, Number.NaN]);
    expect(seen(13, 6, 2)).toEqual([3, 6, Number.NaN]);
    expect(seen(Number.NaN, 7, 3)).toEqual([Number.NaN, 7, Number.NaN]);
    expect(seen(20, 8, 4)).toEqual([7, 8, Number.NaN]);
    expect(seen(4, 9, 5)).toEqual([4, 9, Number.NaN]);
  });

  it('puts a part of a frame in its place', () => {
    const columns = [column(0, 'gauge'), column(1, 'gauge'), column(2, 'gauge')];
    const plain = new Readings().plain(frame(2, 7), columns);
    expect([[...plain.values], plain.first]).toEqual([[Number.NaN, Number.NaN, 7], undefined]);
    expect(encodeFrame(plain).length).toBe(48 + 24);
  });
});
