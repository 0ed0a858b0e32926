// A frame survives the wire to the bit, and no bytes whatever make the decoder throw or read past their end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, type Frame } from './frame.ts';
import { limits } from './limits.ts';

const hex16 = fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }).map((n) => n.toString(16).padStart(16, '0'));
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const full: fc.Arbitrary<Frame> = fc.record({
  schema: hex16,
  probe: hex16,
  incarnation: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
  sequence: uint32,
  lost: uint32,
  timeMs: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
  values: fc.float64Array({ maxLength: 300 }),
});
/** Some frames carry a stretch of their schema's columns only. */
const part = fc.integer({ min: 1, max: limits.frameColumnsMax - 300 });
const frame = fc.oneof(
  full,
  fc.tuple(full, part).map(([of, first]): Frame => ({ ...of, first })),
);

describe('frame', () => {
  it('comes back as it was sent, also from an unaligned buffer', () => {
    fc.assert(
      fc.property(frame, fc.integer({ min: 0, max: 7 }), (sent, shift) => {
        const bytes = encodeFrame(sent);
        const moved = new Uint8Array(bytes.length + shift);
        moved.set(bytes, shift);
        const got = decodeFrame(moved.subarray(shift));
        if ('fault' in got) throw new Error(got.fault);
        expect({ ...got, values: [...got.values] }).toEqual({ ...sent, values: [...sent.values] });
      }),
    );
  });

  it('comes back from a Node buffer that lies unaligned in a pool', () => {
    const sent = encodeFrame({
      schema: '0'.repeat(16),
      probe: '0'.repeat(16),
      incarnation: 1,
      sequence: 0,
      lost: 0,
      timeMs: 1_000,
      values: Float64Array.of(1.5, -2.5),
    });
    const pool = Buffer.alloc(sent.length + 64, 0xff);
    pool.set(sent, 3);
    const got = decodeFrame(pool.subarray(3, 3 + sent.length));
    if ('fault' in got) throw new Error(got.fault);
    expect([...got.values]).toEqual([1.5, -2.5]);
  });

  it('answers any bytes with a frame or a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const got = decodeFrame(bytes);
        expect('fault' in got || got.values.length <= limits.frameColumnsMax).toBe(true);
      }),
    );
  });

  it('answers a mutated frame with a frame or a reason', () => {
    fc.assert(
      fc.property(frame, uint32, fc.integer({ min: 0, max: 255 }), fc.nat(60), (sent, at, value, cut) => {
        const bytes = encodeFrame(sent).slice(0);
        bytes[at % bytes.length] = value;
        expect(() => decodeFrame(bytes.subarray(0, bytes.length - Math.min(cut, bytes.length)))).not.toThrow();
      }),
    );
  });

  it('names each fault', () => {
    const good = encodeFrame({
      schema: '00'.repeat(8),
      probe: '00'.repeat(8),
      incarnation: 1,
      sequence: 0,
      lost: 0,
      timeMs: 1_000,
      values: new Float64Array(2),
    });
    const wrong = (change: (view: DataView) => void): unknown => {
      const copy = good.slice();
      change(new DataView(copy.buffer));
      return decodeFrame(copy);
    };
    expect(decodeFrame(good.subarray(0, 47))).toEqual({ fault: 'frame_short' });
    expect(wrong((v) => v.setUint8(0, 2))).toEqual({ fault: 'frame_version' });
    expect(wrong((v) => v.setUint32(4, 3, true))).toEqual({ fault: 'frame_length' });
    expect(wrong((v) => v.setUint32(4, limits.frameColumnsMax + 1, true))).toEqual({ fault: 'frame_columns' });
    expect(wrong((v) => v.setFloat64(16, Number.NaN, true))).toEqual({ fault: 'frame_time' });
  });
});
