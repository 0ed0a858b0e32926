// OTLP over gRPC on raw bytes: the same signals, keys and refusals as over HTTP, as gRPC's status codes.

import { OpsError } from '@fenghuo/kit';
import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { receiveLimits } from './limits.ts';
import { partialSuccess } from './otlp-route.ts';
import { type Signal, signals } from './otlp-signals.ts';
import { Writer } from './protobuf-writer.ts';
import { asRefusal, type Receiver } from './receiver.ts';
import type { Refusal } from './refusal.ts';

const bytesOf = (bytes: Buffer): Buffer => bytes;

/** Serves OTLP/gRPC; throws OpsError `port_busy` where the port is taken. */
export const serveGrpc = async (receiver: Receiver, host: string, port: number): Promise<{ stop(): void }> => {
  const server = new Server({
    'grpc.max_receive_message_length': receiveLimits.decodedBytesMax,
    'grpc.max_concurrent_streams': receiveLimits.flyingRequestsMax,
    // A connection that says nothing is asked whether it lives, and closed where it does not.
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
  });
  for (const signal of signals)
    server.addService(
      {
        Export: {
          path: signal.grpcPath,
          requestStream: false,
          responseStream: false,
          requestDeserialize: bytesOf,
          requestSerialize: bytesOf,
          responseDeserialize: bytesOf,
          responseSerialize: bytesOf,
        },
      },
      {
        Export: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
          void handle(receiver, signal, call, done),
      },
    );
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error) =>
      error === null
        ? resolve()
        : reject(
            new OpsError('port_busy', `port ${port} (OTLP over gRPC) is taken`, {
              help: 'Set FENGHUO_PORT_SHIFT.',
              cause: error,
            }),
          ),
    ),
  );
  return { stop: () => server.forceShutdown() };
};

const handle = async (
  receiver: Receiver,
  signal: Signal,
  call: ServerUnaryCall<Buffer, Buffer>,
  done: sendUnaryData<Buffer>,
): Promise<void> => {
  const releases: (() => void)[] = [];
  const label = `otlp-grpc-${signal.name}`;
  try {
    releases.push(receiver.flying.enter());
    const [authorization, key] = ['authorization', 'x-api-key'].map((name) => call.metadata.get(name)[0]?.toString());
    const sender = receiver.sender({
      ...(authorization === undefined ? {} : { authorization }),
      ...(key === undefined ? {} : { 'x-api-key': key }),
    });
    releases.push(receiver.flying.of(sender.source.name));
    releases.push(receiver.flying.hold(sender.source.name, call.request.length));
    const partial = await signal.take(receiver, sender, call.request);
    receiver.answered(label, 200);
    done(null, Buffer.from(partialSuccess(partial)));
  } catch (error) {
    const refusal = asRefusal(error);
    receiver.answered(label, refusal.status, refusal);
    done({ code: codeOf(refusal), details: `${refusal.reason}: ${refusal.message}`, metadata: retryInfo(refusal) });
  } finally {
    for (const release of releases) release();
  }
};

const codeOf = (refusal: Refusal): status => {
  if (refusal.status === 401) return status.UNAUTHENTICATED;
  if (refusal.status === 429) return status.RESOURCE_EXHAUSTED;
  return refusal.status >= 500 ? status.UNAVAILABLE : status.INVALID_ARGUMENT;
};

/** google.rpc.RetryInfo in google.rpc.Status: without it a client may not try again after RESOURCE_EXHAUSTED. */
const retryInfo = (refusal: Refusal): Metadata => {
  const metadata = new Metadata();
  const seconds = refusal.retryAfterSeconds;
  if (seconds === undefined) return metadata;
  const detail = new Writer()
    .int(1, codeOf(refusal))
    .text(2, refusal.message)
    .message(3, (any) =>
      any
        .text(1, 'type.googleapis.com/google.rpc.RetryInfo')
        .message(2, (info) => info.message(1, (delay) => delay.int(1, seconds))),
    );
  metadata.set('grpc-status-details-bin', Buffer.from(detail.done()));
  return metadata;
};
