// Snappy's block format, inflated only after its declared length was found within the limit.
import { uncompressSync } from 'snappy';
import { Refusal } from './refusal.ts';

/** The length that a snappy block declares, or -1 where it declares none. */
export const snappyLength = (bytes: Uint8Array): number => {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[i];
    if (byte === undefined) return -1;
    length += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return length <= 0xffff_ffff ? length : -1;
  }
  return -1;
};

/** Throws Refusal `body_too_large` or `snappy_corrupt`. */
export const inflateSnappy = (bytes: Uint8Array, bytesMax: number): Uint8Array => {
  const length = snappyLength(bytes);
  if (length < 0) throw new Refusal('snappy_corrupt', 'snappy: no length at the start of the block');
  if (length > bytesMax)
    throw new Refusal(
      'body_too_large',
      `snappy: a block of ${length} bytes, at most ${bytesMax}; send smaller requests`,
    );
  // A byte of snappy makes 64 at most (a copy of 64 takes two or three): a longer claim is a lie that would only cost memory.
  if (length > bytes.length * 64)
    throw new Refusal('snappy_corrupt', 'snappy: more bytes declared than the block can hold');
  let inflated: string | Buffer;
  try {
    inflated = uncompressSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    throw new Refusal('snappy_corrupt', `snappy: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof inflated === 'string' || inflated.length !== length)
    throw new Refusal('snappy_corrupt', 'snappy: the block is not as long as it declares');
  return inflated;
};
