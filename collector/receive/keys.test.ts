// What may be under way: all together, and of one source, so that one that is slow leaves room for the others.
import { describe, expect, it } from 'vitest';
import { Flying } from './keys.ts';
import { receiveLimits } from './limits.ts';

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
