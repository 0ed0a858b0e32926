// What may be under way: all together, and of one source, so that one that is slow leaves room for the others.

import { virtualClock } from '@fenghuo/kit';
import { describe, expect, it } from 'vitest';
import { Flying, Quota } from './keys.ts';
import { receiveLimits } from './limits.ts';
import { Refusal } from './refusal.ts';

const { flyingRequestsMax, flyingBytesMax } = receiveLimits;

describe('what is under way', () => {
  it('leaves others room, whatever one source holds', () => {
    const flying = new Flying(0.5);
    const releases = Array.from({ length: flyingRequestsMax / 2 }, () => flying.of('bad'));
    expect(() => flying.of('bad')).toThrow(/too many requests/);
    expect(() => flying.of('good')).not.toThrow();
    releases[0]!();
    expect(() => flying.of('bad')).not.toThrow();
  });

  it('gives bytes back, those of a refused attempt too', () => {
    const flying = new Flying(0.5);
    const release = flying.hold('bad', flyingBytesMax / 2);
    expect(() => flying.hold('bad', 1)).toThrow(/too many requests/);
    const others = [flying.hold('good', flyingBytesMax / 4), flying.hold('other', flyingBytesMax / 4)];
    expect(() => flying.hold('good', 1)).toThrow(/too many requests/);
    for (const one of [release, ...others]) one();
    expect(flying.all.bytes).toBe(0);
    expect(() => flying.hold('good', flyingBytesMax / 2)).not.toThrow();
  });
});

describe('a quota', () => {
  it('refuses who has overdrawn it, until that is paid back', () => {
    const clock = virtualClock(0);
    const quota = new Quota(clock, 50, 'wasteful', 'ms');
    quota.spend(400);
    const refusal = (): Refusal | undefined => {
      try {
        quota.check();
        return undefined;
      } catch (error) {
        return error instanceof Refusal ? error : undefined;
      }
    };
    expect(refusal()).toMatchObject({ reason: 'wasteful', status: 429, retryAfterSeconds: 6 });
    clock.advance(5_900);
    expect(refusal()?.retryAfterSeconds).toBe(1);
    clock.advance(200);
    expect(refusal()).toBeUndefined();
  });
});
