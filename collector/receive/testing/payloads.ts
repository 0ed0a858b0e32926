// Payloads as real senders make them: the OpenTelemetry SDK's serializers, and remote-write by the fixture encoder.
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { encodeWrite1, encodeWrite2, type WriteSeries } from './encode.ts';

export type Payloads = Readonly<
  Record<
    'write1' | 'write2' | 'metrics' | 'traces' | 'logs' | 'metricsJson' | 'tracesJson' | 'logsJson' | 'text',
    Uint8Array
  >
>;

const resource = resourceFromAttributes({
  'service.name': 'payment',
  'service.instance.id': 'p-1',
  'host.name': 'h-1',
});

class Once extends MetricReader {
  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const metrics = async () => {
  const reader = new Once();
  const provider = new MeterProvider({
    resource,
    readers: [reader],
    views: [{ instrumentName: 'wait', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });
  const meter = provider.getMeter('test', '1.0');
  const orders = meter.createCounter('orders', { unit: '{order}' });
  const heat = meter.createGauge('heat');
  const took = meter.createHistogram('took', { unit: 's', advice: { explicitBucketBoundaries: [0.1, 0.5, 2] } });
  const wait = meter.createHistogram('wait', { unit: 's' });
  for (const route of ['/a', '/b', '/烽火']) {
    orders.add(3, { route, paid: true });
    heat.record(-20.25, { route });
    for (const value of [0.05, 0.3, 7]) {
      took.record(value, { route });
      wait.record(value * 3, { route, code: 200 });
    }
  }
  const { resourceMetrics } = await reader.collect();
  await provider.shutdown();
  return resourceMetrics;
};

const spans = () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  for (let i = 0; i < 4; i++) {
    const call = tracer.startSpan(`GET /${i}`, {
      kind: SpanKind.CLIENT,
      attributes: { 'server.address': 'bank', 'server.port': 443, list: ['a', 'b'] },
    });
    const inner = tracer.startSpan('connect', {}, trace.setSpan(ROOT_CONTEXT, call));
    if (i === 0) {
      call.recordException(new Error('no answer'));
      call.setStatus({ code: SpanStatusCode.ERROR, message: 'timed out' });
    }
    inner.end();
    call.end();
  }
  return exporter.getFinishedSpans();
};

const logs = () => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger('test');
  for (let i = 0; i < 4; i++) {
    logger.emit({
      severityNumber: SeverityNumber.ERROR,
      severityText: 'ERROR',
      body: `order ${i} could not be charged`,
      attributes: { 'exception.type': 'TimeoutError', try: i },
    });
    logger.emit({ severityNumber: SeverityNumber.INFO, body: { nested: [{ deep: i }] } });
  }
  return exporter.getFinishedLogRecords();
};

const series = (nowMs: number): WriteSeries[] =>
  Array.from({ length: 8 }, (_, i) => ({
    labels: {
      __name__: i % 2 === 0 ? 'http_requests_total' : 'heat_celsius',
      job: 'pay',
      instance: `h${i % 3}`,
      route: `/r${i}`,
      zone: '华东',
    },
    samples: Array.from({ length: 3 }, (_, k) => ({ value: i * 1.5 + k, timeMs: nowMs - k * 1_000 })),
    type: 1 + (i % 2),
  }));

const exposition = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200",path="C:\\\\DIR \\"x\\"\\n"} 1027 1395066363000
heat_celsius -20.25
took_seconds_bucket{le="+Inf"} 1.7560473e+07 # {trace_id="a"} 0.5
{"odd.name",zone="eu"} NaN
# EOF
`;

/** One of each; times are `nowMs` or the SDK's own. */
export const realPayloads = async (nowMs: number): Promise<Payloads> => {
  const [measured, traced, logged] = [await metrics(), spans(), logs()];
  const bytes = (serialized: Uint8Array | undefined): Uint8Array => {
    if (serialized === undefined) throw new Error('the SDK serialized nothing');
    return Uint8Array.from(serialized);
  };
  return {
    write1: encodeWrite1(series(nowMs)),
    write2: Uint8Array.from(encodeWrite2(series(nowMs))),
    metrics: bytes(ProtobufMetricsSerializer.serializeRequest(measured)),
    traces: bytes(ProtobufTraceSerializer.serializeRequest(traced)),
    logs: bytes(ProtobufLogsSerializer.serializeRequest(logged)),
    metricsJson: bytes(JsonMetricsSerializer.serializeRequest(measured)),
    tracesJson: bytes(JsonTraceSerializer.serializeRequest(traced)),
    logsJson: bytes(JsonLogsSerializer.serializeRequest(logged)),
    text: new TextEncoder().encode(exposition),
  };
};
