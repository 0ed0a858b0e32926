// A request's body, within limits: by its declared length before a byte is read, by its real one while it comes, and inflated with a ceiling.
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { receiveLimits } from './limits.ts';
import { Refusal } from './refusal.ts';

const inflateGzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

/** Reads the body as it came. Rejects with Refusal `body_too_large`, or as the socket does. */
export const readBody = (request: IncomingMessage, bytesMax: number = receiveLimits.bodyBytesMax): Promise<Buffer> => {
  const tooLarge = (): Refusal =>
    new Refusal('body_too_large', `a body of at most ${bytesMax} bytes; send smaller requests`);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) {
        request.pause();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.once('aborted', () => reject(new Refusal('body_timeout', 'the body never ended')));
    request.once('error', () => reject(new Refusal('body_timeout', 'the body never ended')));
  });
};

/** The body inflated by its Content-Encoding. Rejects with Refusal. */
export const inflate = async (
  body: Buffer,
  encoding: string | undefined,
  allowed: readonly string[],
): Promise<Uint8Array> => {
  const name = (encoding ?? 'identity').toLowerCase();
  if (!allowed.includes(name))
    throw new Refusal(
      'encoding_unsupported',
      `Content-Encoding ${name.slice(0, 32)}; understood: ${allowed.join(', ')}`,
    );
  if (name !== 'gzip') return body;
  try {
    return await inflateGzip(body, { maxOutputLength: receiveLimits.decodedBytesMax });
  } catch (error) {
    const isBomb =
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE');
    throw isBomb
      ? new Refusal(
          'body_too_large',
          `a body of at most ${receiveLimits.decodedBytesMax} bytes inflated; send smaller requests`,
        )
      : new Refusal('inflate_failed', `gzip: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Bytes of a refused body that are read to nowhere, so that its sender comes to read the answer. */
const DRAINED_BYTES_MAX = 2 * receiveLimits.bodyBytesMax;

/** Headers of a refusal of a body that is not read: one that is longer than what is drained costs the connection. */
export const closing = (request: IncomingMessage): Record<string, string> => {
  const declared = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  return request.complete || declared <= DRAINED_BYTES_MAX ? {} : { connection: 'close' };
};

/** Reads on, to nowhere, after a refusal: a sender that still writes would see a broken connection and not the answer. Not for ever. */
export const drain = (request: IncomingMessage): void => {
  if (request.complete) return;
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DRAINED_BYTES_MAX) request.destroy();
  });
  request.resume();
};
