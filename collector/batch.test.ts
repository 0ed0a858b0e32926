// A batch is one contiguous range of the stream and lies in memory as ClickHouse's Native format wants it: every byte is read back here.
import { describe, expect, it } from 'vitest';
import { Batch, batchLimits, COLUMNS } from './batch.ts';

const stream = 0x0123456789abcdefn;
const origin = { probe: 255n, schema: 0xffffffff00000001n };
const WIDTH: Readonly<Record<string, number>> = { Date: 2, UInt16: 2, UInt64: 8, 'DateTime64(3)': 8, Float64: 8 };

/** Reads a Native block back: column name → raw bytes, an array's offsets and values by `name` and `name[]`. */
const readBlock = (block: readonly Uint8Array[]) => {
  const view = Buffer.concat(block);
  let at = 0;
  const varint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = view.readUInt8(at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    at += length;
    return view.subarray(at - length, at);
  };
  const text = (): string => take(varint()).toString('utf8');
  const [columns, rows] = [varint(), varint()];
  const found = new Map<string, Buffer>();
  for (let i = 0; i < columns; i++) {
    const [name, type] = [text(), text()];
    const inner = /^Array\((.*)\)$/.exec(type)?.[1];
    const own = take((WIDTH[inner === undefined ? type : 'UInt64'] ?? 0) * rows);
    found.set(name, own);
    if (inner !== undefined)
      found.set(`${name}[]`, take((WIDTH[inner] ?? 0) * Number(own.readBigUInt64LE((rows - 1) * 8))));
  }
  const names = [...found.keys()].filter((name) => !name.endsWith('[]'));
  const values = (row: number): number[] => {
    const ends = found.get('values')!;
    const [from, to] = [
      row === 0 ? 0 : Number(ends.readBigUInt64LE((row - 1) * 8)),
      Number(ends.readBigUInt64LE(row * 8)),
    ];
    return Array.from({ length: to - from }, (_, i) => found.get('values[]')!.readDoubleLE((from + i) * 8));
  };
  return { rows, found, names: names.join(', '), values, isWhole: at === view.length };
};

describe('a batch', () => {
  it('writes each column so that it reads back, missing values in their places', () => {
    const batch = new Batch(stream, new Float64Array(2));
    expect(batch.add(5_000_000_000, origin, 1_800_000_000_123.5, Float64Array.of(1.5, Number.NaN, -0))).toBe(1);
    expect(batch.add(5_000_000_001, origin, 1, Float64Array.of(2), 7)).toBe(0);
    const { rows, found, names, values, isWhole } = readBlock(batch.block(20_781));
    expect([rows, batch.samples, isWhole, names]).toEqual([2, 3, true, COLUMNS]);
    expect(found.get('day')?.readUInt16LE(2)).toBe(20_781);
    expect(found.get('stream')?.readBigUInt64LE(8)).toBe(stream);
    expect(found.get('seq')?.readBigUInt64LE(0)).toBe(5_000_000_000n);
    expect(found.get('probe')?.readBigUInt64LE(8)).toBe(255n);
    expect(found.get('schema')?.readBigUInt64LE(0)).toBe(0xffffffff00000001n);
    expect(found.get('ts')?.readBigInt64LE(0)).toBe(1_800_000_000_123n);
    expect([found.get('first')?.readUInt16LE(0), found.get('first')?.readUInt16LE(2)]).toEqual([0, 7]);
    expect([values(0), values(1)]).toEqual([[1.5, Number.NaN, -0], [2]]);
  });

  it('makes no row of a frame in which everything is missing', () => {
    const batch = new Batch(stream);
    expect(batch.add(1, origin, 1, Float64Array.of(Number.NaN, Number.NaN))).toBe(2);
    expect([batch.frames, batch.samples, batch.lastSeq]).toEqual([0, 0, 0]);
  });

  it('takes bytes as they came, wherever they lie, and memory that was used before', () => {
    const used = new Batch(stream);
    used.add(1, origin, 1, Float64Array.of(7, 7, 7));
    const batch = new Batch(stream, used.memory);
    const bytes = new Uint8Array(17);
    bytes.set(new Uint8Array(Float64Array.of(2.5, Number.NaN).buffer), 1);
    expect(batch.add(2, origin, 1, bytes.subarray(1))).toBe(1);
    const { rows, values } = readBlock(batch.block(1));
    expect([rows, values(0)]).toEqual([1, [2.5, Number.NaN]]);
  });

  it('keeps every row while it grows', () => {
    const batch = new Batch(stream, new Float64Array(1));
    for (let seq = 1; seq <= 500; seq++) batch.add(seq, origin, seq, Float64Array.of(seq, -seq, seq));
    const { rows, found, values } = readBlock(batch.block(1));
    expect([rows, batch.samples]).toEqual([500, 1_500]);
    for (let row = 0; row < rows; row++) {
      expect(values(row)).toEqual([row + 1, -row - 1, row + 1]);
      expect(found.get('seq')?.readBigUInt64LE(row * 8)).toBe(BigInt(row + 1));
    }
  });

  it('is due by age, frames or samples, counted from its first one, and never without rows', () => {
    const batch = new Batch(stream);
    batch.began(1_000);
    batch.began(1_200);
    expect(batch.isDue(Number.MAX_SAFE_INTEGER)).toBe(false);
    batch.add(7, origin, 1, Float64Array.of(1, 2, 3));
    expect(batch.isDue(1_000 + batchLimits.ageMsMax - 1)).toBe(false);
    expect(batch.isDue(1_000 + batchLimits.ageMsMax)).toBe(true);
    expect(batch.isDue(1_000, { ...batchLimits, samplesMax: 3 })).toBe(true);
    expect(batch.isDue(1_000, { ...batchLimits, framesMax: 1 })).toBe(true);
  });

  it('leaves out what somebody else has stored, also where frames came out of order', () => {
    const batch = new Batch(stream);
    for (const seq of [5_000_000_001, 5_000_000_003, 5_000_000_002])
      batch.add(seq, origin, seq, Float64Array.of(seq, Number.NaN, -seq), 2);
    expect([batch.firstSeq, batch.lastSeq]).toEqual([5_000_000_001, 5_000_000_003]);
    const rest = batch.after(5_000_000_001);
    const { rows, values, found } = readBlock(rest.block(1));
    expect(rows).toBe(2);
    expect([values(0), values(1)]).toEqual([
      [5_000_000_003, Number.NaN, -5_000_000_003],
      [5_000_000_002, Number.NaN, -5_000_000_002],
    ]);
    expect([found.get('first')?.readUInt16LE(2), rest.samples]).toEqual([2, 4]);
    expect([rest.firstSeq, rest.lastSeq, rest.after(5_000_000_003).frames]).toEqual([5_000_000_002, 5_000_000_003, 0]);
  });
});
