// Whatever the node probe can report stands in the catalogue, as it is reported.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readCatalog } from '@fenghuo/rules/metrics';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect, test } from 'vitest';
import { Assembler } from './assemble.ts';
import { Business } from './business.ts';
import { callPoints } from './call-points.ts';
import { type CallSpan, Calls } from './calls.ts';
import { meterPoints, TickReader } from './meter-points.ts';
import { Outbox } from './outbox.ts';
import type { Point } from './point.ts';
import { ProcessPoints } from './process-points.ts';
import { selfPoints } from './self-points.ts';

const known = new Map(readCatalog().map((entry) => [entry.name, entry]));

const span = (kind: SpanKind, attributes: CallSpan['attributes']): CallSpan => ({
  kind,
  attributes,
  status: { code: SpanStatusCode.UNSET },
  startTime: [0, 0],
  duration: [0, 1_000_000],
});

const runtimePoints = async (emit: (point: Point) => void): Promise<void> => {
  const reader = new TickReader();
  const provider = new MeterProvider({ readers: [reader] });
  const runtime = new RuntimeNodeInstrumentation({ monitoringPrecision: 20 });
  runtime.setMeterProvider(provider);
  runtime.enable();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  await new Promise((done) => setTimeout(done, 100));
  meterPoints((await reader.collect()).resourceMetrics, emit);
  runtime.disable();
  await provider.shutdown();
};

test('every metric is in the catalogue with the unit, kind and class it is reported with', async () => {
  const points: Point[] = [];
  const emit = (point: Point): void => void points.push(point);
  const calls = new Calls();
  const spans = [
    span(SpanKind.CLIENT, { 'server.address': 'heron', 'server.port': 80 }),
    span(SpanKind.CLIENT, { 'rpc.system': 'grpc', 'server.address': 'lotus' }),
    span(SpanKind.CLIENT, { 'db.system.name': 'postgresql', 'server.address': 'crane' }),
    span(SpanKind.PRODUCER, { 'messaging.destination.name': 'orders' }),
    span(SpanKind.SERVER, { 'http.response.status_code': 200 }),
  ];
  for (const one of spans) {
    calls.started(one, 0);
    calls.ended(one);
  }
  callPoints(calls, 1_000, emit);
  new ProcessPoints().emitAll(1_000, emit);
  for (const point of selfPoints(
    new Outbox(async () => undefined, { monotonic: () => 0, after: () => ({ cancel: () => undefined }) }),
    new Assembler('a@1', 1, {}),
    new Business(() => 0),
  ))
    emit(point);
  await runtimePoints(emit);

  const names = new Set(points.map(({ metric }) => metric));
  expect(names.size).toBeGreaterThan(45);
  const wrong = points.flatMap(({ metric, unit, kind, class: of, stat }) => {
    const entry = known.get(metric);
    if (entry === undefined) return [`${metric} is not in rules/metrics/catalog.yaml`];
    const isHistogram = entry.kind === 'histogram';
    const fits =
      entry.unit === unit &&
      entry.source === 'node' &&
      // How often is traffic, whatever the histogram measures.
      (entry.class === of || (stat === 'count' && of === 'traffic')) &&
      (isHistogram ? stat !== undefined : entry.kind === kind);
    return fits ? [] : [`${metric} ${stat ?? ''}: ${unit} ${kind} ${of}`];
  });
  expect([...new Set(wrong)]).toEqual([]);
});
