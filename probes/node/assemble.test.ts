// Frames of a probe whose figures come and go: columns stay where they are, holes are NaN, schemas are announced when they change.
import { decodeFrame, type Frame, limits, schemaHash } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { type Assembled, Assembler } from './assemble.ts';
import type { Point } from './point.ts';

const point = (metric: string, value: number, more: Partial<Point> = {}): Point => ({
  metric,
  unit: '1',
  kind: 'gauge',
  class: 'resource',
  attributes: {},
  value,
  ...more,
});
const start = (): Assembler => new Assembler('shop@1', 1_000, { service: 'shop', instance: '1' });
const frameOf = ({ frame }: Assembled): Frame => {
  const decoded = decodeFrame(frame);
  if ('fault' in decoded) throw new Error(decoded.fault);
  return decoded;
};

describe('the assembler', () => {
  it('lets columns only join: what is missing this second is NaN, and its place is kept', () => {
    const assembler = start();
    const first = assembler.assemble(1_000, [point('a', 1), point('b', 2)], [], 0);
    const second = assembler.assemble(2_000, [point('b', 3), point('c', 4)], [], 0);
    const third = assembler.assemble(3_000, [point('a', 5)], [], 7);
    expect(second.schema.columns.map((c) => c.metric)).toEqual(['a', 'b', 'c']);
    expect([...frameOf(second).values]).toEqual([Number.NaN, 3, 4]);
    expect([...frameOf(third).values]).toEqual([5, Number.NaN, Number.NaN]);
    expect([first, second, third].map((made) => made.schemaIsNew)).toEqual([true, true, false]);
    expect(frameOf(third)).toMatchObject({ sequence: 2, timeMs: 3_000, incarnation: 1_000, lost: 7 });
    expect(frameOf(third).schema).toBe(second.schema.hash);
  });

  it('tells early of what was told before in the same places, and counts no frame for it', () => {
    const assembler = start();
    expect(assembler.early(500, [point('a', 1)])).toBeUndefined();
    const { schema } = assembler.assemble(1_000, [point('a', 1), point('b', 2)], [], 0);
    const early = decodeFrame(assembler.early(1_500, [point('b', 3), point('c', 4)])!);
    expect(early).toMatchObject({ schema: schema.hash, timeMs: 1_500, sequence: 1 });
    expect('fault' in early ? [] : [...early.values]).toEqual([Number.NaN, 3]);
    expect(frameOf(assembler.assemble(2_000, [point('a', 5)], [], 0))).toMatchObject({ sequence: 1 });
  });

  it('announces a schema again when the process is reached under a new address', () => {
    const assembler = start();
    const a = assembler.assemble(1_000, [point('a', 1)], [], 0);
    const b = assembler.assemble(2_000, [point('a', 1)], ['127.0.0.1:80'], 0);
    expect(b.schemaIsNew).toBe(true);
    expect(b.schema.hash).not.toBe(a.schema.hash);
    expect(b.schema.hash).toBe(schemaHash(b.schema));
    expect(assembler.assemble(3_000, [point('a', 1)], ['127.0.0.1:80'], 0).schemaIsNew).toBe(false);
  });

  it('tells columns apart by stat, edge and attributes, whatever characters those hold', () => {
    const assembler = start();
    const { schema, frame } = assembler.assemble(
      1_000,
      [
        point('m', 1, { stat: 'p50' }),
        point('m', 2, { stat: 'max' }),
        point('m', 3, { attributes: { a: '1;b,2' } }),
        point('m', 4, { attributes: { a: '1', b: '2' } }),
        point('m', 5, { attributes: { a: '1', 'b,2': '' } }),
        point('m', 6, { edge: { callee: 'x', protocol: 'http' } }),
        point('m', 7, { edge: { callee: 'x', protocol: 'db' } }),
      ],
      [],
      0,
    );
    expect([...frameOf({ frame } as Assembled).values]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(schema.columns.map((c) => c.id)).size).toBe(7);
  });

  it('knows a series again whose attributes come in another order', () => {
    const assembler = start();
    assembler.assemble(1_000, [point('orders', 1, { attributes: { city: 'Chengdu', kind: 'hotpot' } })], [], 0);
    const again = assembler.assemble(
      2_000,
      [point('orders', 2, { attributes: { kind: 'hotpot', city: 'Chengdu' } })],
      [],
      0,
    );
    expect([...frameOf(again).values]).toEqual([2]);
  });

  it('stays within a frame when an app invents ever new attributes, and counts what had no room', () => {
    const assembler = start();
    const flood = Array.from({ length: limits.frameColumnsMax + 10 }, (_, i) =>
      point('m', i, { attributes: { user: `u${i}` } }),
    );
    const made = assembler.assemble(1_000, flood, [], 0);
    expect(frameOf(made).values.length).toBe(limits.frameColumnsMax);
    expect(assembler.folded).toBe(10);
    expect(assembler.assemble(2_000, [point('late', 1)], [], 0).schemaIsNew).toBe(false);
    expect(assembler.folded).toBe(11);
  });
});
