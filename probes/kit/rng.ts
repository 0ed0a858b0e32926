// Randomness with a name: seeded for whatever must replay, from the system for secrets. Nobody calls Math.random.
import { randomBytes, randomInt } from 'node:crypto';

/** mulberry32: uniform in [0, 1), the same sequence for the same seed. Not for secrets. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A seed nobody chose: print it, so that the run can be repeated. */
export const randomSeed = (): number => randomInt(0, 2 ** 32);

/** A secret of `bytes` random bytes, as URL-safe text. */
export const randomSecret = (bytes: number): string => randomBytes(bytes).toString('base64url');
