// A batch is one contiguous range of the stream and lies in memory as ClickHouse's Native format wants it: every byte is read back here.
import { describe, expect, it } from 'vitest';
import { Batch, batchLimits, COLUMNS, halves, halvesOfHex } from './batch.ts';

const stream = halvesOfHex('0123456789abcdef');
const ids = { low: Uint32Array.of(1, 2, 3), high: Uint32Array.of(0xffff_ffff, 0, 7) };
const probe = halvesOfHex('00000000000000ff');

/** Reads a Native block back: column name → type and raw bytes. */
const readBlock = (block: Uint8Array) => {
  const view = Buffer.from(block);
  let at = 0;
  const varint = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = view.readUInt8(at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const text = (): string => {
    const length = varint();
    at += length;
    return view.toString('utf8', at - length, at);
  };
  const width: Readonly<Record<string, number>> = { Date: 2, UInt64: 8, 'DateTime64(3)': 8, Float64: 8 };
  const [columns, rows] = [varint(), varint()];
  const found = new Map<string, Buffer>();
  for (let i = 0; i < columns; i++) {
    const name = text();
    const bytes = (width[text()] ?? 0) * rows;
    found.set(name, view.subarray(at, at + bytes));
    at += bytes;
  }
  return { rows, found, isWhole: at === view.length };
};

describe('a batch', () => {
  it('splits 64-bit numbers without loss', () => {
    expect(halves(1_800_000_000_123)).toEqual({ low: 1_800_000_000_123 % 2 ** 32, high: 419 });
    expect(halvesOfHex('ffffffff00000001')).toEqual({ low: 1, high: 0xffff_ffff });
  });

  it('writes each column so that it reads back, and no row for a missing value', () => {
    const batch = new Batch(stream, 2);
    expect(batch.add(5_000_000_000, probe, ids, 1_800_000_000_123, Float64Array.of(1.5, Number.NaN, -0))).toBe(1);
    const { rows, found, isWhole } = readBlock(batch.block(20_781));
    expect([rows, isWhole, [...found.keys()].join(', ')]).toEqual([2, true, COLUMNS]);
    expect(found.get('day')?.readUInt16LE(2)).toBe(20_781);
    expect(found.get('stream')?.readBigUInt64LE(8)).toBe(0x0123456789abcdefn);
    expect(found.get('seq')?.readBigUInt64LE(0)).toBe(5_000_000_000n);
    expect(found.get('probe')?.readBigUInt64LE(8)).toBe(255n);
    expect(found.get('series')?.readBigUInt64LE(0)).toBe(0xffffffff00000001n);
    expect(found.get('series')?.readBigUInt64LE(8)).toBe(0x0000000700000003n);
    expect(found.get('ts')?.readBigInt64LE(8)).toBe(1_800_000_000_123n);
    expect(Object.is(found.get('value')?.readDoubleLE(8), -0)).toBe(true);
  });

  it('places the values of a frame that begins further right', () => {
    const batch = new Batch(stream);
    expect(batch.add(1, probe, ids, 1, Float64Array.of(2, 3, 4), 1)).toBe(0);
    const { rows, found } = readBlock(batch.block(1));
    expect([rows, found.get('series')?.readBigUInt64LE(8)]).toEqual([2, 0x0000000700000003n]);
  });

  it('keeps every row while it grows', () => {
    const batch = new Batch(stream, 1);
    for (let seq = 1; seq <= 500; seq++) batch.add(seq, probe, ids, seq, Float64Array.of(seq, seq, seq));
    const { rows, found } = readBlock(batch.block(1));
    expect(rows).toBe(1_500);
    for (let row = 0; row < rows; row++) {
      const seq = Math.floor(row / 3) + 1;
      expect(found.get('value')?.readDoubleLE(row * 8)).toBe(seq);
      expect(found.get('seq')?.readBigUInt64LE(row * 8)).toBe(BigInt(seq));
    }
  });

  it('is due by age or by rows, counted from its first frame, and never without rows', () => {
    const batch = new Batch(stream);
    batch.began(1_000);
    batch.began(1_200);
    expect(batch.isDue(Number.MAX_SAFE_INTEGER)).toBe(false);
    batch.add(7, probe, ids, 1, Float64Array.of(1, 2, 3));
    expect(batch.isDue(1_000 + batchLimits.ageMsMax - 1)).toBe(false);
    expect(batch.isDue(1_000 + batchLimits.ageMsMax)).toBe(true);
    batch.rows = batchLimits.rowsMax;
    expect(batch.isDue(1_000)).toBe(true);
  });

  it('leaves out what somebody else has stored, also where frames came out of order', () => {
    const batch = new Batch(stream);
    for (const seq of [5_000_000_001, 5_000_000_003, 5_000_000_002])
      batch.add(seq, probe, ids, seq, Float64Array.of(seq, Number.NaN, -seq));
    expect([batch.firstSeq, batch.lastSeq]).toEqual([5_000_000_001, 5_000_000_003]);
    const rest = batch.after(5_000_000_001);
    const { rows, found } = readBlock(rest.block(1));
    expect(rows).toBe(4);
    expect([0, 1, 2, 3].map((row) => found.get('value')?.readDoubleLE(row * 8))).toEqual([
      5_000_000_003, -5_000_000_003, 5_000_000_002, -5_000_000_002,
    ]);
    expect(found.get('series')?.readBigUInt64LE(8)).toBe(0x0000000700000003n);
    expect([rest.firstSeq, rest.lastSeq, rest.after(5_000_000_003).rows]).toEqual([5_000_000_002, 5_000_000_003, 0]);
  });
});
