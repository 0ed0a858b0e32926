// One probe's values at one tick, as bytes: a 48-byte header, then a column of little-endian doubles (NaN = missing).
import { limits } from './limits.ts';

//  0  u8  version      1  u8  header bytes   2  u16 first column   4  u32 columns
//  8  u64 schema hash 16  f64 time (ms)     24  f64 incarnation (ms)   32  u32 sequence  36 u32 lost before  40 u64 probe hash
const VERSION = 1;
const HEADER_BYTES = 48;

export type Frame = {
  /** 16 hex digits of the schema's hash. */
  readonly schema: string;
  /** 16 hex digits: hash64 of the probe's id. */
  readonly probe: string;
  readonly incarnation: number;
  /** Counts this probe's frames from 0 within an incarnation; a gap is lost data. */
  readonly sequence: number;
  /** Frames the probe itself had to drop since the last one it sent. */
  readonly lost: number;
  /** The tick, epoch ms, a whole multiple of limits.tickMs. */
  readonly timeMs: number;
  /** Column of the schema that the first value belongs to; absent is 0. Columns that are left out are missing. */
  readonly first?: number;
  readonly values: Float64Array;
};

/** Why bytes are no frame. The reason is a code that counters and dead letters carry. */
export type FrameFault = {
  readonly fault: 'frame_short' | 'frame_version' | 'frame_length' | 'frame_columns' | 'frame_time';
};

/** Encodes a frame; throws RangeError where it has more columns than `limits.frameColumnsMax`. */
export const encodeFrame = (frame: Frame): Uint8Array => {
  const count = frame.values.length;
  const first = frame.first ?? 0;
  if (first + count > limits.frameColumnsMax)
    throw new RangeError(`frame up to column ${first + count}, at most ${limits.frameColumnsMax}`);
  const bytes = new Uint8Array(HEADER_BYTES + count * 8);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, HEADER_BYTES);
  view.setUint16(2, first, true);
  view.setUint32(4, count, true);
  view.setBigUint64(8, BigInt(`0x${frame.schema}`), true);
  view.setFloat64(16, frame.timeMs, true);
  view.setFloat64(24, frame.incarnation, true);
  view.setUint32(32, frame.sequence, true);
  view.setUint32(36, frame.lost, true);
  view.setBigUint64(40, BigInt(`0x${frame.probe}`), true);
  // Every machine that Node 20 runs on here is little-endian, so the doubles are copied as they lie.
  new Float64Array(bytes.buffer, HEADER_BYTES, count).set(frame.values);
  return bytes;
};

/** All of a frame but its values, and where in its bytes they begin: for whoever copies them elsewhere as they lie. */
export type FrameHead = Omit<Frame, 'values'> & { readonly count: number; readonly valuesAt: number };

/** Reads a frame's head or says what is wrong with the frame; never throws, never reads past the end. */
export const readFrame = (bytes: Uint8Array): FrameHead | FrameFault => {
  if (bytes.byteLength < HEADER_BYTES) return { fault: 'frame_short' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== VERSION) return { fault: 'frame_version' };
  const header = view.getUint8(1);
  const count = view.getUint32(4, true);
  const first = view.getUint16(2, true);
  if (first + count > limits.frameColumnsMax) return { fault: 'frame_columns' };
  if (header < HEADER_BYTES || bytes.byteLength !== header + count * 8) return { fault: 'frame_length' };
  const timeMs = view.getFloat64(16, true);
  const incarnation = view.getFloat64(24, true);
  if (!(timeMs >= 0 && timeMs <= 8.64e15) || !(incarnation >= 0 && incarnation <= 8.64e15))
    return { fault: 'frame_time' };
  return {
    schema: hex(view.getUint32(12, true), view.getUint32(8, true)),
    probe: hex(view.getUint32(44, true), view.getUint32(40, true)),
    incarnation,
    sequence: view.getUint32(32, true),
    lost: view.getUint32(36, true),
    timeMs,
    ...(first === 0 ? {} : { first }),
    count,
    valuesAt: header,
  };
};

/** Decodes a frame or says why not; never throws, never reads past the end. */
export const decodeFrame = (bytes: Uint8Array): Frame | FrameFault => {
  const read = readFrame(bytes);
  if ('fault' in read) return read;
  const { schema, probe, incarnation, sequence, lost, timeMs, first, count, valuesAt } = read;
  const offset = bytes.byteOffset + valuesAt;
  // Buffer.slice would share the pool's memory: only the array's own slice copies, and so aligns.
  const values =
    offset % 8 === 0
      ? new Float64Array(bytes.buffer, offset, count)
      : new Float64Array(Uint8Array.prototype.slice.call(bytes, valuesAt).buffer, 0, count);
  return {
    schema,
    probe,
    incarnation,
    sequence,
    lost,
    timeMs,
    ...(first === undefined ? {} : { first }),
    values,
  };
};

const hex = (high: number, low: number): string =>
  high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
