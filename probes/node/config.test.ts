// Settings come from people in a hurry: a wrong one falls back to its default and never stops the app.
import { limits } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { probeConfig } from './config.ts';

it('reads the names OpenTelemetry gives, and where NATS is', () => {
  const config = probeConfig({
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=order,service.version=1.2,deployment.environment.name=a%20b,host.name=h1',
    FENGHUO_INSTANCE: 'order-1',
    FENGHUO_NATS_URL: 'nats://bus:4222',
    FENGHUO_PARTITIONS: '4',
    FENGHUO_PROBE_BUFFER_FRAMES: '60',
  });
  expect(config).toMatchObject({
    service: 'order',
    version: '1.2',
    environment: 'a b',
    host: 'h1',
    instance: 'order-1',
    natsUrl: 'nats://bus:4222',
    partitions: 4,
    bufferFramesMax: 60,
  });
  expect(probeConfig({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=order', OTEL_SERVICE_NAME: 'shop' }).service).toBe(
    'shop',
  );
});

it('falls back where a value makes no sense', () => {
  const config = probeConfig({
    OTEL_SERVICE_NAME: '',
    OTEL_RESOURCE_ATTRIBUTES: 'discount=100%,=,nonsense',
    FENGHUO_PARTITIONS: '1e9',
    FENGHUO_PROBE_BUFFER_FRAMES: '3',
    FENGHUO_PORT_SHIFT: 'x',
  });
  expect(config).toMatchObject({
    service: 'unknown_service',
    natsUrl: 'nats://127.0.0.1:14222',
    partitions: 1,
    bufferFramesMax: limits.probeBufferFramesMax,
  });
});
