// The OpenTelemetry SDK's own span exporters against a real collector: edges on the bus and in the store, and the spans worth keeping, in full.
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/process.ts';
import { startTestCollector, type TestCollector } from './testing/collector.ts';
import { overGrpc, overHttp, type Way, ways } from './testing/exporters.ts';
import { encodeSpans, idOf } from './testing/spans.ts';

let to: TestCollector;
const CALLS = 300;

const exporter = (way: Way): SpanExporter => {
  if (way === 'grpc') return new GrpcExporter(overGrpc(to));
  return new (way === 'json' ? JsonExporter : ProtoExporter)(overHttp(to, 'traces', way));
};

const service = (name: string, into: SpanExporter): BasicTracerProvider =>
  new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': name, 'service.instance.id': `${name}-1` }),
    spanProcessors: [new BatchSpanProcessor(into, { scheduledDelayMillis: 500, maxQueueSize: 10_000 })],
  });

describe('spans at the collector', () => {
  beforeAll(async () => {
    to = await startTestCollector(3_340);
  });
  afterAll(() => to.stop());

  it.each(ways)('become edges, and those worth keeping are kept, by %s', async (protocol) => {
    const [shop, payment] = [`shop-${protocol}`, `payment-${protocol}`];
    const providers = [shop, payment].map((name) => service(name, exporter(protocol)));
    const [caller, answerer] = providers.map((provider) => provider.getTracer('test'));
    const failed: string[] = [];
    const sampled: string[] = [];
    const began = Date.now();
    for (let i = 0; i < CALLS; i++) {
      const ms = 10 + (i % 7);
      const at = began - 2_000 + (i % 20) * 100;
      const span = (
        of: typeof caller,
        kind: SpanKind,
        context: Context,
        attributes: Record<string, string | number>,
      ): Span => of!.startSpan(`GET /${i % 3}`, { kind, startTime: at, attributes }, context);
      const call = span(caller, SpanKind.CLIENT, ROOT_CONTEXT, { 'server.address': '10.0.0.9', 'server.port': 80 });
      const answer = span(answerer, SpanKind.SERVER, trace.setSpan(ROOT_CONTEXT, call), { 'http.route': '/' });
      const bank = span(answerer, SpanKind.CLIENT, trace.setSpan(ROOT_CONTEXT, answer), {
        'server.address': `bank-${protocol}`,
      });
      const { traceId, spanId } = bank.spanContext();
      if (i % 25 === 0) {
        bank.recordException(new Error('no answer'), at + 1);
        bank.setStatus({ code: SpanStatusCode.ERROR, message: 'timed out' });
        failed.push(spanId);
      } else if (Number.parseInt(traceId.slice(24), 16) < Math.floor(2 ** 32 / 100)) sampled.push(spanId);
      bank.end(at + ms);
      answer.end(at + ms + 1);
      call.end(at + ms + 2);
    }
    await Promise.all(providers.map((provider) => provider.forceFlush()));
    await Promise.all(providers.map((provider) => provider.shutdown()));

    const sums = await to.rows<{ caller: string; callee: string; calls: number; errors: number; slowest: number }>(
      `SELECT caller, callee, sumIf(value, stat = 'count') AS calls, sumIf(value, metric = 'fenghuo.client.errors') AS errors, maxIf(value, stat = 'max') AS slowest
      FROM samples AS s INNER JOIN series AS d FINAL ON d.series = s.series WHERE endsWith(caller, '-${protocol}') GROUP BY caller, callee ORDER BY caller DESC`,
      (rows) => rows.length === 2 && rows.every(({ calls }) => Number(calls) >= CALLS),
    );
    expect(sums).toEqual([
      { caller: shop, callee: payment, calls: CALLS, errors: 0, slowest: expect.closeTo(0.018, 4) },
      {
        caller: payment,
        callee: `bank-${protocol}`,
        calls: CALLS,
        errors: failed.length,
        slowest: expect.closeTo(0.016, 4),
      },
    ]);
    const kept = await to.rows<{ span: string; why: string; message: string; type: string; seconds: number }>(
      `SELECT span, why, message, attributes['exception.message'] AS type, seconds FROM spans FINAL WHERE service = '${payment}' AND kind = 'client' ORDER BY span`,
      (rows) => rows.length >= failed.length + sampled.length,
    );
    expect(kept.filter(({ why }) => why === 'error').map(({ span }) => span)).toEqual([...failed].sort());
    expect(kept.filter(({ why }) => why === 'sample').map(({ span }) => span)).toEqual([...sampled].sort());
    expect(
      kept
        .filter(({ why }) => why === 'error')
        .every(({ message, type }) => message === 'timed out' && type === 'no answer'),
    ).toBe(true);
  });

  it('counts a request that is sent again once', async () => {
    const now = Date.now();
    const body = encodeSpans({ 'service.name': 'twice' }, [
      {
        trace: idOf(1, 32),
        id: idOf(2, 16),
        kind: 'client',
        endMs: now,
        ms: 5,
        isError: true,
        attributes: { 'peer.service': 'bank' },
      },
    ]);
    const send = async (): Promise<number> =>
      (await to.post('/v1/traces', body, { 'content-type': 'application/x-protobuf' })).status;
    // At the same time, and afterwards.
    expect([...(await Promise.all([send(), send()])), await send()]).toEqual([200, 200, 200]);
    const calls = await to.rows<{ calls: number }>(
      `SELECT sum(value) AS calls FROM samples AS s INNER JOIN series AS d FINAL ON d.series = s.series WHERE d.caller = 'twice' AND d.stat = 'count' HAVING count() > 3`,
      (rows) => rows.length > 0,
    );
    expect(calls).toEqual([{ calls: 1 }]);
  });

  it('tells a sender what it did not take, and counts it', async () => {
    const bad = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'ab', spanId: 'cd', name: 'x', kind: 3 }] }] }] };
    const response = await to.post('/v1/traces', new TextEncoder().encode(JSON.stringify(bad)), {
      'content-type': 'application/json',
    });
    expect(await response.json()).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('span_invalid (1)') },
    });
    const text = await (await fetch(`${to.url}/metrics`)).text();
    expect(text).toMatch(/fenghuo_receive_refused_total\{.*reason="span_invalid".*\} 1\n/);
    expect(text).toMatch(/fenghuo_receive_spans_total\{.*source="default"\} 2701\n/);
  });

  it('has every failed span that was acknowledged, though it is killed in between', async () => {
    const sent: string[] = [];
    for (let batch = 0; batch < 30; batch++) {
      if (batch % 10 === 5) process.kill(to.pid()!, 'SIGKILL');
      const ids = Array.from({ length: 20 }, (_, i) => idOf(1 + batch * 20 + i, 16, 'ab'));
      const body = encodeSpans(
        { 'service.name': 'killed' },
        ids.map((id) => ({ trace: idOf(batch + 1, 32), id, kind: 'server', endMs: Date.now(), ms: 5, isError: true })),
      );
      // As an exporter does: until it is acknowledged.
      const isTaken = (): Promise<boolean> =>
        to.post('/v1/traces', body, { 'content-type': 'application/x-protobuf' }).then(
          ({ ok }) => ok,
          () => false,
        );
      expect(await eventually(40_000, isTaken)).toBe(true);
      sent.push(...ids);
    }
    const kept = await to.rows<{ span: string }>(
      "SELECT span FROM spans FINAL WHERE service = 'killed' ORDER BY span",
      (rows) => rows.length >= sent.length,
    );
    expect(kept.map(({ span }) => span)).toEqual([...sent].sort());
  });
});
