// The OpenTelemetry SDK's own exporters against a real collector: what they sent is in ClickHouse, figure by figure, whatever the protocol and temporality.
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  DataPointType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Writer } from './protobuf-writer.ts';
import { startTestCollector, type TestCollector, TOKEN } from './testing/collector.ts';
import { overGrpc } from './testing/exporters.ts';

let to: TestCollector;

type Row = {
  readonly metric: string;
  readonly stat: string;
  readonly bound: string;
  readonly route: string;
  readonly value: number;
};
const key = ({ metric, stat, bound, route }: Row): string => [metric, route, stat, bound].join(' ');
const inOrder = (rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.value - b.value));

/** What the data model says is in an export, as rows. */
const rowsOf = ({ scopeMetrics }: ResourceMetrics): Row[] =>
  scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap((metric) => {
      const rows: Row[] = [];
      for (const point of metric.dataPoints) {
        const of = { metric: metric.descriptor.name, route: String(point.attributes.route ?? '') };
        const put = (stat: string, value: number | undefined, bound = ''): void => {
          if (value !== undefined) rows.push({ ...of, stat, bound, value });
        };
        if (metric.dataPointType === DataPointType.HISTOGRAM) {
          const h = point.value as {
            count: number;
            sum?: number;
            min?: number;
            max?: number;
            buckets: { boundaries: number[]; counts: number[] };
          };
          put('count', h.count);
          put('sum', h.sum);
          put('min', h.min);
          put('max', h.max);
          h.buckets.counts.forEach((count, i) => {
            put('bucket', count, String(h.buckets.boundaries[i] ?? Number.POSITIVE_INFINITY));
          });
        } else if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) {
          const h = point.value as {
            count: number;
            sum?: number;
            min?: number;
            max?: number;
            scale: number;
            zeroCount: number;
            positive: { offset: number; bucketCounts: number[] };
            negative: { offset: number; bucketCounts: number[] };
          };
          put('count', h.count);
          put('sum', h.sum);
          put('min', h.min);
          put('max', h.max);
          if (h.zeroCount > 0) put('bucket', h.zeroCount, '0');
          h.positive.bucketCounts.forEach(
            (count, i) =>
              void (count > 0 && put('bucket', count, String(2 ** ((h.positive.offset + i + 1) * 2 ** -h.scale)))),
          );
          h.negative.bucketCounts.forEach(
            (count, i) =>
              void (count > 0 && put('bucket', count, String(-(2 ** ((h.negative.offset + i) * 2 ** -h.scale))))),
          );
        } else put('', Number(point.value));
      }
      return rows;
    }),
  );

const stored = (service: string, count: number): Promise<Row[]> =>
  to.rows<Row>(
    `SELECT d.metric AS metric, d.stat AS stat, d.attributes['bucket.upper'] || if(mapContains(d.attributes, 'quantile'), d.attributes['quantile'], '') AS bound, d.attributes['route'] AS route, value
    FROM samples AS s INNER JOIN series AS d FINAL ON d.series = s.series WHERE d.service = '${service}'`,
    (rows) => rows.length >= count,
  );

const exporters = {
  protobuf: (temporalityPreference: AggregationTemporality): PushMetricExporter =>
    new ProtoExporter({
      url: `${to.url}/v1/metrics`,
      headers: { authorization: `Bearer ${TOKEN}` },
      temporalityPreference,
    }),
  json: (temporalityPreference: AggregationTemporality): PushMetricExporter =>
    new JsonExporter({ url: `${to.url}/v1/metrics`, headers: { 'x-api-key': TOKEN }, temporalityPreference }),
  gzip: (temporalityPreference: AggregationTemporality): PushMetricExporter =>
    new ProtoExporter({
      url: `${to.url}/v1/metrics`,
      headers: { authorization: `Bearer ${TOKEN}` },
      temporalityPreference,
      compression: 'gzip' as never,
    }),
  grpc: (temporalityPreference: AggregationTemporality): PushMetricExporter =>
    new GrpcExporter({ ...overGrpc(to), temporalityPreference }),
};

describe('OTLP at the collector', () => {
  beforeAll(async () => {
    to = await startTestCollector(3_320);
  });
  afterAll(() => to.stop());

  const cases = (['protobuf', 'json', 'gzip', 'grpc'] as const).flatMap((protocol) =>
    (['delta', 'cumulative'] as const).map((temporality) => ({ protocol, temporality })),
  );
  it.each(cases)(
    'stores what the SDK exports by $protocol with $temporality sums, exactly',
    async ({ protocol, temporality }) => {
      const service = `${protocol}-${temporality}`;
      const exporter = exporters[protocol](
        temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
      );
      const sent: Row[] = [];
      const real = exporter.export.bind(exporter);
      exporter.export = (metrics, done) => {
        sent.push(...rowsOf(metrics));
        real(metrics, done);
      };
      const provider = new MeterProvider({
        resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': 'i-1', 'host.name': 'h' }),
        readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
        views: [{ instrumentName: 'wait', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
      });
      const meter = provider.getMeter('test');
      const counter = meter.createCounter('orders', { unit: '{order}' });
      const level = meter.createUpDownCounter('open');
      const gauge = meter.createGauge('heat', { unit: 'Cel' });
      const histogram = meter.createHistogram('took', {
        unit: 's',
        advice: { explicitBucketBoundaries: [0.1, 0.5, 2] },
      });
      const waits = meter.createHistogram('wait', { unit: 's' });
      for (let round = 0; round < 3; round++) {
        for (const route of ['/a', '/b']) {
          counter.add(3 + round, { route });
          level.add(round === 1 ? -5 : 2, { route });
          gauge.record(20.25 - round * 31.5, { route });
          for (const value of [0.05, 0.3, 0.3000001, 7, 1 + round]) {
            histogram.record(value, { route });
            waits.record(value === 7 ? 0 : value * 1.7, { route });
          }
        }
        await provider.forceFlush();
      }
      await provider.shutdown();
      expect(new Set(sent.map(({ metric }) => metric))).toEqual(new Set(['orders', 'open', 'heat', 'took', 'wait']));
      expect(inOrder(await stored(service, sent.length))).toEqual(inOrder(sent));
    },
  );

  it('stores a summary, and says what it could not take', async () => {
    const nanos = BigInt(Date.now()) * 1_000_000n;
    const point =
      (attributes: readonly string[]) =>
      (into: Writer): void => {
        into.bits(3, nanos).bits(4, 42n).double(5, 12.5);
        for (const [q, v] of [
          [0.5, 1.25],
          [0.75, 2.5],
        ] as const)
          into.message(6, (of) => of.double(1, q).double(2, v));
        for (const name of attributes)
          into.message(7, (pair) => pair.text(1, name).message(2, (value) => value.text(1, '/s')));
      };
    const body = (attributes: readonly string[]): Uint8Array =>
      new Writer()
        .message(1, (all) =>
          all
            .message(1, (resource) =>
              resource.message(1, (pair) => pair.text(1, 'service.name').message(2, (v) => v.text(1, 'summed'))),
            )
            .message(2, (scope) =>
              scope.message(2, (metric) => metric.text(1, 'size').message(11, (s) => s.message(1, point(attributes)))),
            ),
        )
        .done();
    const type = { 'content-type': 'application/x-protobuf' };
    const good = await to.post('/v1/metrics', body(['route']), type);
    expect([good.status, (await good.arrayBuffer()).byteLength]).toEqual([200, 0]);
    expect(inOrder(await stored('summed', 4))).toEqual(
      inOrder([
        { metric: 'size', stat: 'count', bound: '', route: '/s', value: 42 },
        { metric: 'size', stat: 'sum', bound: '', route: '/s', value: 12.5 },
        { metric: 'size', stat: 'p50', bound: '', route: '/s', value: 1.25 },
        { metric: 'size', stat: '', bound: '0.75', route: '/s', value: 2.5 },
      ]),
    );
    const many = Array.from({ length: 70 }, (_, i) => `a${i}`);
    const partial = Buffer.from(await (await to.post('/v1/metrics', body(many), type)).arrayBuffer()).toString(
      'latin1',
    );
    expect(partial).toContain('labels_too_many (4)');
  });

  it('refuses bombs, depth, wrong keys and wrong types, each with its reason', async () => {
    const status = async (body: Uint8Array, headers: Record<string, string>): Promise<string> => {
      const response = await to.post('/v1/metrics', body, { 'content-type': 'application/json', ...headers });
      return `${response.status} ${await response.text()}`;
    };
    const { gzipSync } = await import('node:zlib');
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    expect(await status(gzipSync(Buffer.alloc(100 * 1_048_576)), { 'content-encoding': 'gzip' })).toMatch(
      /^413 .*body_too_large/,
    );
    expect(await status(gzipSync(Buffer.from('{}')).subarray(0, 12), { 'content-encoding': 'gzip' })).toMatch(
      /^400 .*inflate_failed/,
    );
    expect(await status(text(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), {})).toMatch(/^400 .*json_depth/);
    expect(await status(text('{"resourceMetrics": 7}'), {})).toMatch(/^400 .*json_corrupt/);
    expect(await status(text('{}'), { 'content-type': 'text/plain' })).toMatch(/^415 /);
    expect(await status(text('{}'), { 'content-encoding': 'br' })).toMatch(/^415 .*encoding_unsupported/);
    expect(await status(text('{}'), { authorization: 'Bearer no' })).toMatch(/^401 /);
    expect(await status(text('{}'), {})).toBe('200 {}');
  });
});
