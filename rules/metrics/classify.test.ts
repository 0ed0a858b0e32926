// Names of systems that the engine has never seen: each finds its class by its words and unit alone.
import { expect, test } from 'vitest';
import { classify } from './classify.ts';

const known: readonly (readonly [name: string, unit: string, class_: string, bad: string])[] = [
  ['http.server.request.duration', 's', 'latency', 'up'],
  ['istio_request_duration_milliseconds', 'ms', 'latency', 'up'],
  ['latency-90', '', 'latency', 'up'],
  ['p95_ms', '', 'latency', 'up'],
  ['rt', '', 'latency', 'up'],
  ['TargetResponseTime', '', 'latency', 'up'],
  ['something', 'ms', 'latency', 'up'],
  ['error', '', 'errors', 'up'],
  ['http_5xx', '', 'errors', 'up'],
  ['HTTPCode_Target_5XX_Count', '', 'errors', 'up'],
  ['success_rate', '%', 'errors', 'down'],
  ['shop.payments.successes', '{payment}', 'traffic', 'both'],
  ['availability', '%', 'errors', 'down'],
  ['container_cpu_usage_seconds_total', 's', 'resource', 'both'],
  ['CPUUtilization', '%', 'saturation', 'up'],
  ['cpu', '', 'resource', 'both'],
  ['mem', '', 'resource', 'both'],
  ['diskio', '', 'resource', 'both'],
  ['socket', '', 'resource', 'both'],
  ['FreeableMemory', 'By', 'resource', 'down'],
  ['jvm_gc_pause_seconds', 's', 'resource', 'up'],
  ['container_network_receive_bytes_total', 'By', 'resource', 'both'],
  ['hikaricp_connections_pending', '', 'saturation', 'up'],
  ['kafka_consumer_lag', '', 'saturation', 'up'],
  ['node_load5', '', 'saturation', 'up'],
  ['istio_requests_total', '', 'traffic', 'both'],
  ['qps', '', 'traffic', 'both'],
  ['load', '', 'traffic', 'both'],
  ['workload', '', 'traffic', 'both'],
  ['db.client.operation.count', '{operation}', 'traffic', 'both'],
  ['a7f3', '', 'resource', 'both'],
];

test.each(known)('%s in %j is %s, bad %s', (name, unit, class_, bad) => {
  expect(classify(name, unit)).toMatchObject({ class: class_, bad });
});

test('figures of the machine are told from those of the service', () => {
  expect(classify('node_cpu_usage_rate', '%').ofHost).toBe(true);
  expect(classify('system.memory.usage', 'By').ofHost).toBe(true);
  expect(classify('cpu_usage_rate', '%').ofHost).toBeUndefined();
});
