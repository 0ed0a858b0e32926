// How the OpenTelemetry SDK's exporters reach a test's collector, by protocol.
import { credentials, Metadata } from '@grpc/grpc-js';
import { type TestCollector, TOKEN } from './collector.ts';

export type Way = 'protobuf' | 'json' | 'grpc';
export const ways: readonly Way[] = ['protobuf', 'json', 'grpc'];

/** Options of the exporter for HTTP of a signal; the key in either of its two headers. */
export const overHttp = (to: TestCollector, signal: 'metrics' | 'traces' | 'logs', way: Way) => ({
  url: `${to.url}/v1/${signal}`,
  headers: (way === 'json' ? { 'x-api-key': TOKEN } : { authorization: `Bearer ${TOKEN}` }) as Record<string, string>,
});

/** Options of an exporter for gRPC. */
export const overGrpc = (to: TestCollector) => {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${TOKEN}`);
  return { url: `http://127.0.0.1:${to.grpcPort}`, credentials: credentials.createInsecure(), metadata };
};
