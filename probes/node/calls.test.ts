// What spans tell of the callees: who is slow, who fails, who does not answer at all.
import { limits, type Stat } from '@fenghuo/rules/contract';
import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { callPoints, earlyPoints } from './call-points.ts';
import { type CallSpan, Calls, openCallMsMax, openCallsMax } from './calls.ts';
import type { Point } from './point.ts';

type Told = { readonly kind?: SpanKind; readonly seconds?: number; readonly error?: boolean };
const span = (
  attributes: Attributes,
  { kind = SpanKind.CLIENT, seconds = 0.05, error = false }: Told = {},
): CallSpan => ({
  kind,
  attributes,
  status: { code: error ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
  startTime: [0, 0],
  duration: [Math.floor(seconds), Math.round((seconds % 1) * 1e9)],
});
const to = (host: string, port = 80, more: Attributes = {}): Attributes => ({
  'server.address': host,
  'server.port': port,
  ...more,
});
const finish = (calls: Calls, ...spans: readonly CallSpan[]): void => {
  for (const each of spans) {
    calls.started(each, 0);
    calls.ended(each);
  }
};
const tick = (calls: Calls, nowMs = 0): Point[] => {
  const points: Point[] = [];
  callPoints(calls, nowMs, (point) => points.push(point));
  return points;
};
const figure = (points: readonly Point[], metric: string, callee?: string, stat?: string): number | undefined =>
  points.find((p) => p.metric === metric && p.edge?.callee === callee && p.stat === stat)?.value;

describe('a caller of two banks', () => {
  it('sees the slow one slow and the other not', () => {
    const calls = new Calls();
    for (let i = 0; i < 100; i++) {
      finish(calls, span(to('bank-a.test', 443), { seconds: 0.8 }), span(to('bank-b.test', 443), { seconds: 0.05 }));
    }
    const points = tick(calls);
    const metric = 'http.client.request.duration';
    expect(figure(points, metric, 'bank-a.test:443', 'count')).toBe(100);
    expect(figure(points, metric, 'bank-a.test:443', 'p50')).toBeCloseTo(0.8, 1);
    expect(figure(points, metric, 'bank-b.test:443', 'p99')).toBeCloseTo(0.05, 2);
    const next = tick(calls);
    expect(figure(next, metric, 'bank-a.test:443', 'count')).toBe(0);
    expect(figure(next, metric, 'bank-a.test:443', 'p50')).toBeNaN();
  });

  it('takes 5xx and no answer for errors of the callee, 4xx and 2xx not', () => {
    const calls = new Calls();
    const answer = (code: number, error = false): CallSpan =>
      span(to('bank', 80, { 'http.response.status_code': code }), { error });
    // OpenTelemetry sets ERROR on a client's span for 4xx too.
    finish(calls, answer(200), answer(404, true), answer(429, true), answer(500, true), answer(503, true));
    finish(calls, span(to('bank', 80, { 'error.type': 'ECONNREFUSED' }), { error: true }));
    expect(figure(tick(calls), 'fenghuo.client.errors', 'bank:80')).toBe(3);
    // The answer began well and broke off.
    finish(calls, answer(200, true));
    expect(figure(tick(calls), 'fenghuo.client.errors', 'bank:80')).toBe(1);
  });

  it('sees a bank that does not answer at all, second by second, before any call has ended', () => {
    const calls = new Calls();
    const first = span(to('bank'));
    calls.started(first, 1_000);
    calls.started(span(to('bank')), 2_000);
    const points = tick(calls, 4_000);
    expect(figure(points, 'fenghuo.client.active_requests', 'bank:80')).toBe(2);
    expect(figure(points, 'fenghuo.client.oldest_request.age', 'bank:80', 'max')).toBe(3);
    calls.ended(first);
    expect(figure(tick(calls, 5_000), 'fenghuo.client.oldest_request.age', 'bank:80', 'max')).toBe(3);
    expect(figure(tick(calls, 5_000), 'fenghuo.client.active_requests', 'bank:80')).toBe(1);
  });

  it('tells how many calls are overdue, and for how long all of them and half of them have waited', () => {
    const calls = new Calls();
    for (const sinceMs of [1_000, 2_000, 2_600, 3_990]) calls.started(span(to('bank')), sinceMs);
    const points = tick(calls, 4_000);
    // The youngest is merely in flight.
    expect(figure(points, 'fenghuo.client.active_requests.overdue', 'bank:80')).toBe(3);
    const time = (stat: Stat) => figure(points, 'fenghuo.client.active_requests.overdue_time', 'bank:80', stat);
    expect([time('min'), time('p50')]).toEqual([1.4, 2]);
    expect(figure(tick(new Calls(), 5_000), 'fenghuo.client.active_requests.overdue', 'bank:80')).toBe(undefined);
  });

  it('tells at how many moments of the tick calls failed: all at once, or one after the other', () => {
    const calls = new Calls();
    const failedAt = (...ms: readonly number[]): number | undefined => {
      for (const at of ms)
        finish(calls, { ...span(to('bank'), { seconds: 0, error: true }), startTime: [1_700_000_000, at * 1e6] });
      return figure(tick(calls), 'fenghuo.client.calls.failing_moments', 'bank:80');
    };
    expect(failedAt(310, 320, 330, 399)).toBe(1);
    expect(failedAt(50, 410, 990, 420)).toBe(3);
    expect(failedAt()).toBe(0);
  });

  it('forgets a call that will never end, so that it does not alarm for ever', () => {
    const calls = new Calls();
    calls.started(span(to('bank')), 0);
    tick(calls, openCallMsMax + 1);
    const points = tick(calls, openCallMsMax + 2);
    expect(figure(points, 'fenghuo.client.oldest_request.age', 'bank:80', 'max')).toBe(0);
    expect(figure(points, 'fenghuo.client.active_requests', 'bank:80')).toBe(0);
  });

  it('is back at zero open calls after more of them than it follows', () => {
    const calls = new Calls();
    const flood = Array.from({ length: openCallsMax + 500 }, () => span(to('bank')));
    for (const each of flood) calls.started(each, 0);
    for (const each of flood) calls.ended(each);
    const points = tick(calls);
    expect(figure(points, 'fenghuo.client.active_requests', 'bank:80')).toBe(0);
    expect(figure(points, 'http.client.request.duration', 'bank:80', 'count')).toBe(flood.length);
  });
});

describe('the name of a callee', () => {
  const named = (attributes: Attributes, kind = SpanKind.CLIENT): string | undefined => {
    const calls = new Calls();
    finish(calls, span(attributes, { kind }));
    const edge = [...calls.edges.values()][0];
    return edge === undefined ? undefined : `${edge.protocol} ${edge.callee}`;
  };
  it('is what the caller calls it, else its address', () => {
    expect(named(to('10.0.0.7', 8080, { 'service.peer.name': 'bank-a' }))).toBe('http bank-a');
    expect(named(to('10.0.0.7', 8080))).toBe('http 10.0.0.7:8080');
    expect(named(to('db', 5432, { 'db.system.name': 'postgresql' }))).toBe('db db:5432');
    expect(named({ 'db.system.name': 'postgresql' })).toBe('db postgresql');
    expect(named({ 'messaging.destination.name': 'orders.paid' }, SpanKind.PRODUCER)).toBe('messaging orders.paid');
    expect(named({ 'http.host': 'old.test:81' })).toBe('http old.test:81');
    expect(named({})).toBeUndefined();
    expect(named(to('x'), SpanKind.INTERNAL)).toBeUndefined();
  });
  it('is one for all names of the loopback, and keeps the port of an IPv6 address', () => {
    for (const host of ['localhost', '127.0.0.1', '::1', '[::1]'])
      expect(named(to(host, 81))).toBe('http 127.0.0.1:81');
    expect(named(to('2001:db8::7', 8080))).toBe('http [2001:db8::7]:8080');
    expect(named(to('[2001:db8::7]', 8081))).toBe('http [2001:db8::7]:8081');
  });
});

describe('a crawler that calls a thousand hosts', () => {
  it('has its edges folded at the limit, and no call uncounted', () => {
    const calls = new Calls();
    for (let i = 0; i < 1_000; i++) finish(calls, span(to(`host-${i}`)));
    finish(calls, span(to('late-db', 5432, { 'db.system.name': 'postgresql' })));
    expect(calls.edges.size).toBeLessThanOrEqual(limits.probeEdgesMax);
    const points = tick(calls);
    const counts = points.filter((p) => p.edge !== undefined && p.stat === 'count');
    expect(counts.reduce((sum, p) => sum + p.value, 0)).toBe(1_001);
    expect(counts.find((p) => p.edge?.callee === 'other' && p.edge.protocol === 'http')?.value).toBeGreaterThan(700);
    expect(counts.find((p) => p.edge?.callee === 'other' && p.edge.protocol === 'db')?.value).toBe(1);
  });
});

describe('a server', () => {
  const served = (code: number): CallSpan =>
    span(to('shop.test', 8080, { 'http.response.status_code': code }), { kind: SpanKind.SERVER, seconds: 0.2 });
  it('tells latency, errors by 5xx only, and under which address it was called', () => {
    const calls = new Calls();
    expect(tick(calls)).toEqual([]);
    finish(calls, served(200), served(404), served(500));
    const points = tick(calls);
    expect(figure(points, 'http.server.request.duration', undefined, 'count')).toBe(3);
    expect(figure(points, 'http.server.request.duration', undefined, 'max')).toBeCloseTo(0.2);
    expect(figure(points, 'fenghuo.server.errors')).toBe(1);
    expect(figure(points, 'http.server.active_requests')).toBe(0);
    expect([...calls.listens]).toEqual(['shop.test:8080']);
  });
  it('remembers a bounded number of addresses, whatever Host headers strangers send', () => {
    const calls = new Calls();
    for (let i = 0; i < 500; i++) finish(calls, span(to(`evil-${i}`), { kind: SpanKind.SERVER }));
    expect(calls.listens.size).toBe(64);
  });
});

describe('a consumer', () => {
  const message = (more: Attributes = {}): Attributes => ({ 'messaging.destination.name': 'orders', ...more });
  it('tells how long it worked on the messages of each queue, and how many it failed', () => {
    const calls = new Calls();
    const kind = SpanKind.CONSUMER;
    finish(calls, span(message(), { kind, seconds: 0.2 }), span(message(), { kind, seconds: 0.2, error: true }));
    // Who only fetched has worked on nothing.
    finish(calls, span(message({ 'messaging.operation.type': 'receive' }), { kind, seconds: 9 }));
    const points = tick(calls);
    expect(figure(points, 'messaging.process.duration', 'orders', 'count')).toBe(2);
    expect(figure(points, 'messaging.process.duration', 'orders', 'p50')).toBeCloseTo(0.2, 1);
    expect(figure(points, 'fenghuo.consumer.errors', 'orders')).toBe(1);
    expect(points.every(({ edge }) => edge?.role === 'consumer')).toBe(true);
    expect(figure(tick(calls), 'messaging.process.duration', 'orders', 'count')).toBe(0);
  });
});

describe('half way through a tick', () => {
  const early = (calls: Calls, nowMs: number): Point[] => {
    const points: Point[] = [];
    earlyPoints(calls, nowMs, (point) => void points.push(point));
    return points;
  };
  const metric = 'http.client.request.duration';
  /** A till that called two banks for some ticks, each as quick as the other. */
  const used = (): Calls => {
    const calls = new Calls();
    for (let i = 0; i < 5; i++) {
      finish(calls, span(to('bank-a'), { seconds: 0.05 }), span(to('bank-b'), { seconds: 0.05 }));
      tick(calls, i * 1_000);
    }
    return calls;
  };

  it('says nothing while no call fails, waits or takes longer than the slowest did lately', () => {
    const calls = used();
    finish(calls, span(to('bank-a'), { seconds: 0.04 }));
    calls.started(span(to('bank-b')), 5_000);
    expect(early(calls, 5_030)).toEqual([]);
  });

  it.each([
    ['fails', (calls: Calls) => finish(calls, span(to('bank-a'), { seconds: 0.01, error: true }))],
    ['takes longer', (calls: Calls) => finish(calls, span(to('bank-a'), { seconds: 0.3 }))],
    ['waits', (calls: Calls) => calls.started(span(to('bank-a')), 5_100)],
  ])('tells of all its calls as soon as one %s, and the tick tells the whole of it again', (_, happens) => {
    const calls = used();
    finish(calls, span(to('bank-b'), { seconds: 0.02 }));
    happens(calls);
    const half = early(calls, 5_500);
    expect(figure(half, metric, 'bank-b:80', 'count')).toBe(1);
    finish(calls, span(to('bank-b'), { seconds: 0.02 }));
    const whole = tick(calls, 5_500);
    expect(figure(whole, metric, 'bank-b:80', 'count')).toBe(2);
    for (const { metric: of, edge, stat, value } of half)
      if (edge?.callee === 'bank-a:80') expect(figure(whole, of, edge.callee, stat)).toBe(value);
  });
});
