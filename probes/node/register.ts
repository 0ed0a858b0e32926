// `node --import @fenghuo/probe/register app.js`: OpenTelemetry's Node SDK with maintained instrumentations, and the probe behind it.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { createNoopMeter, type MeterProvider } from '@opentelemetry/api';
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RedisInstrumentation } from '@opentelemetry/instrumentation-redis';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { AggregationType } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { probeClock } from './clock.ts';
import { probeConfig, quietDefaults } from './config.ts';
import { TickReader } from './meter-points.ts';
import { startProbe } from './probe.ts';
import { countAll } from './sampler.ts';
import { share } from './shared.ts';

/** Latencies come from spans. Measured a second time as metrics they would cost more than the rest of the probe. */
const unmeasured: MeterProvider = { getMeter: () => createNoopMeter() };

const start = (): void => {
  quietDefaults();
  // ES modules are hooked by a loader of OpenTelemetry's own; CommonJS needs none.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

  const config = probeConfig();
  const reader = new TickReader();
  const probe = startProbe(config, probeClock, reader);
  share(probe.degrade, probe.business);

  const ofCalls = [
    new HttpInstrumentation(),
    new UndiciInstrumentation(),
    // Its route is wanted; a span for each middleware is read by nobody here.
    new ExpressInstrumentation({ ignoreLayersType: Object.values(ExpressLayerType) }),
    new PgInstrumentation(),
    new RedisInstrumentation(),
  ];
  const sdk = new NodeSDK({
    serviceName: config.service,
    autoDetectResources: false,
    metricReaders: [reader],
    // An app that measures these itself: the probe's own sketches have them already, with exact maxima.
    views: [
      { instrumentName: 'http.*.request.duration', aggregation: { type: AggregationType.DROP } },
      { instrumentName: 'db.client.operation.duration', aggregation: { type: AggregationType.DROP } },
    ],
    spanProcessors: [
      {
        onStart: (span) => probe.calls.started(span, probeClock.monotonic()),
        onEnd: (span) => probe.calls.ended(span),
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
    sampler: countAll,
    instrumentations: [...ofCalls, new RuntimeNodeInstrumentation({ monitoringPrecision: 20 })],
  });
  sdk.start();
  for (const one of ofCalls) one.setMeterProvider(unmeasured);
  // A job of half a second is still seen: its last figures go out when it has nothing left to do.
  process.once('beforeExit', () => void probe.flush());
};

// `--import` reaches worker threads too; a second probe there would speak under the name of the first.
if (isMainThread) {
  try {
    start();
  } catch (error) {
    // Unobserved is better than not started.
    process.emitWarning(`not instrumented: ${error instanceof Error ? error.message : String(error)}`, 'FenghuoProbe');
  }
}
