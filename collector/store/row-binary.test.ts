// Every byte of a row is where ClickHouse looks for it, text of any length and alphabet included.
import { describe, expect, it } from 'vitest';
import { RowBinary } from './row-binary.ts';

const read = (bytes: Uint8Array) => {
  const view = Buffer.from(bytes);
  let at = 0;
  const length = (): number => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = view.readUInt8(at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const text = (): string => {
    const bytes = length();
    at += bytes;
    return view.toString('utf8', at - bytes, at);
  };
  const uint64 = (): bigint => {
    at += 8;
    return view.readBigUInt64LE(at - 8);
  };
  return { length, text, uint64, isAtEnd: () => at === view.length };
};

describe('row binary', () => {
  it('reads back, at every length around those where the length takes another byte', () => {
    const texts = [0, 1, 41, 42, 43, 63, 64, 127, 128, 129, 5_461, 16_383, 16_384, 70_000].flatMap((n) => [
      'x'.repeat(n),
      '烽'.repeat(n),
      'é'.repeat(n),
    ]);
    const rows = new RowBinary();
    for (const value of texts) rows.text(value);
    const back = read(rows.done());
    for (const value of texts) expect(back.text() === value).toBe(true);
    expect(back.isAtEnd()).toBe(true);
  });

  it('holds numbers, maps and arrays', () => {
    const rows = new RowBinary();
    rows.uint64('ffffffff00000001').millis(1_800_000_000_123.9).map({ a: '1', 烽: '火' });
    rows.array(['0000000000000007', '8000000000000000'], (id) => rows.uint64(id));
    const back = read(rows.done());
    expect([back.uint64(), back.uint64()]).toEqual([0xffffffff00000001n, 1_800_000_000_123n]);
    expect([back.length(), back.text(), back.text(), back.text(), back.text()]).toEqual([2, 'a', '1', '烽', '火']);
    expect([back.length(), back.uint64(), back.uint64(), back.isAtEnd()]).toEqual([2, 7n, 0x8000000000000000n, true]);
  });
});
