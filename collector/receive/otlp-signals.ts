// The signals of OTLP as one table: name, paths, JSON schema, what becomes of a request.
import { type jsonToProtobuf, logsRequest, metricsRequest, tracesRequest } from './otlp-json.ts';
import type { Partial } from './otlp-route.ts';
import type { Receiver, Sender } from './receiver.ts';

export type Signal = {
  readonly name: 'metrics' | 'traces' | 'logs';
  readonly httpPath: string;
  readonly grpcPath: string;
  /** JSON name of the number of what was rejected. */
  readonly rejected: string;
  readonly request: Parameters<typeof jsonToProtobuf>[1];
  take(receiver: Receiver, sender: Sender, bytes: Uint8Array): Promise<Partial>;
};

const metricsSignal: Signal = {
  name: 'metrics',
  httpPath: '/v1/metrics',
  grpcPath: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  rejected: 'rejectedDataPoints',
  request: metricsRequest,
  take: async (receiver, sender, bytes) => {
    const taken = await receiver.take(sender, bytes, (into) => sender.otlp.take(bytes, into));
    return { rejected: taken.rejected, words: taken.words() };
  },
};

const tracesSignal: Signal = {
  name: 'traces',
  httpPath: '/v1/traces',
  grpcPath: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  rejected: 'rejectedSpans',
  request: tracesRequest,
  take: async (receiver, sender, bytes) => {
    const refused = await receiver.deriver.takeSpans(sender, bytes);
    return { rejected: refused.told, words: refused.words() };
  },
};

const logsSignal: Signal = {
  name: 'logs',
  httpPath: '/v1/logs',
  grpcPath: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  rejected: 'rejectedLogRecords',
  request: logsRequest,
  take: async (receiver, sender, bytes) => {
    const refused = await receiver.deriver.takeLogs(sender, bytes);
    return { rejected: refused.told, words: refused.words() };
  },
};

export const signals: readonly Signal[] = [metricsSignal, tracesSignal, logsSignal];
