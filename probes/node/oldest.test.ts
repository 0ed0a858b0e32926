// The age of the oldest call warns of a hanging callee before any call ends, and says nothing while calls are merely in flight.
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { callPoints } from './call-points.ts';
import { Calls } from './calls.ts';
import type { Point } from './point.ts';

const call = (seconds = 0) => ({
  kind: SpanKind.CLIENT,
  attributes: { 'server.address': 'bank', 'server.port': 443 },
  status: { code: SpanStatusCode.UNSET },
  startTime: [0, 0] as [number, number],
  duration: [0, seconds * 1e9] as [number, number],
});
const ageAt = (calls: Calls, nowMs: number): number | undefined => {
  const points: Point[] = [];
  callPoints(calls, nowMs, (point) => void points.push(point));
  return points.find((point) => point.metric === 'fenghuo.client.oldest_request.age')?.value;
};
/** A bank that answers in 50 ms, for some ticks. */
const usual = (): Calls => {
  const calls = new Calls();
  for (let tick = 0; tick < 10; tick++) {
    const span = call(0.05);
    calls.started(span, tick * 1_000);
    calls.ended(span);
    ageAt(calls, tick * 1_000 + 999);
  }
  return calls;
};

describe('the age of the oldest call', () => {
  it('is 0 while a call is in flight no longer than calls usually take, whatever the phase', () => {
    const calls = usual();
    calls.started(call(), 10_960);
    expect(ageAt(calls, 11_000)).toBe(0);
  });
  it('tells of a bank that hangs at the first tick after it began', () => {
    const calls = usual();
    calls.started(call(), 10_400);
    expect(ageAt(calls, 11_000)).toBeCloseTo(0.6);
    expect(ageAt(calls, 12_000)).toBeCloseTo(1.6);
  });
  it('takes a tick as usual for an edge of which no call has ended yet', () => {
    const calls = new Calls();
    calls.started(call(), 0);
    expect(ageAt(calls, 900)).toBe(0);
    expect(ageAt(calls, 1_900)).toBeCloseTo(1.9);
  });
  it('tells the second wave of a lock that is held and freed by turns, though the first was slower', () => {
    const calls = usual();
    const first = call(0.7);
    calls.started(first, 10_100);
    calls.ended(first);
    expect(ageAt(calls, 11_000)).toBe(0);
    calls.started(call(), 11_700);
    expect(ageAt(calls, 12_000)).toBeCloseTo(0.3);
  });
  it('takes for usual what has been slow for some ticks', () => {
    const calls = usual();
    for (let tick = 10; tick < 16; tick++) {
      const slow = call(0.7);
      calls.started(slow, tick * 1_000);
      calls.ended(slow);
      ageAt(calls, tick * 1_000 + 999);
    }
    calls.started(call(), 16_300);
    expect(ageAt(calls, 16_999)).toBe(0);
  });
  it('forgets slow calls within minutes, so that slowness that returns is told again', () => {
    const calls = usual();
    const slow = call(2);
    calls.started(slow, 10_000);
    calls.ended(slow);
    for (let tick = 10; tick < 190; tick++) ageAt(calls, tick * 1_000);
    calls.started(call(), 189_700);
    expect(ageAt(calls, 190_000)).toBeCloseTo(0.3);
  });
});
