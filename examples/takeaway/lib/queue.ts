// The platform's queue (NATS JetStream), with producer and consumer spans by OpenTelemetry's messaging conventions.

import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { vulnerable } from './inside/vulnerable.ts';
import { meter, platform } from './service.ts';

const STREAM = 'ORDERS';
export const PAID = 'orders.paid';
const BACKLOG_EVERY_MS = 1_000;
const tracer = trace.getTracer('takeaway');

const connected = async () => {
  const nc = await connect({
    servers: `127.0.0.1:${platform.port('queue')}`,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
  });
  const manager = await jetstreamManager(nc);
  await manager.streams
    .add({ name: STREAM, subjects: ['orders.>'], max_age: 3_600_000_000_000 })
    .catch(() => undefined);
  return { js: jetstream(nc), manager };
};

/** Publishes to the queue; a span of kind PRODUCER tells whom it calls. */
export const producer = async (): Promise<(subject: string, body: object) => Promise<void>> => {
  const { js } = await connected();
  return (subject, body) =>
    tracer.startActiveSpan(
      `publish ${subject}`,
      {
        kind: SpanKind.PRODUCER,
        attributes: {
          'messaging.system': 'nats',
          'messaging.destination.name': subject,
          'messaging.operation.type': 'send',
          'service.peer.name': platform.name('queue'),
        },
      },
      async (span) => {
        try {
          await js.publish(subject, JSON.stringify(body));
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      },
    );
};

/** Consumes a subject with a durable; what fails is delivered again. */
export const consume = async (
  durable: string,
  subject: string,
  work: (body: unknown) => Promise<void>,
): Promise<void> => {
  const { js, manager } = await connected();
  await manager.consumers.add(STREAM, {
    durable_name: durable,
    filter_subject: subject,
    ack_policy: AckPolicy.Explicit,
    max_deliver: 3,
    max_ack_pending: 64,
  });
  const consumer = await js.consumers.get(STREAM, durable);
  const messages = await consumer.consume({ max_messages: 32 });
  // A side loop: the backlog is told also while the work itself is stuck.
  let backlog = 0;
  setInterval(
    () =>
      void consumer.info().then(
        ({ num_pending, num_ack_pending }) => {
          backlog = num_pending + num_ack_pending;
        },
        () => undefined,
      ),
    BACKLOG_EVERY_MS,
  ).unref();
  meter
    .createObservableGauge('takeaway.queue.pending', {
      unit: '{message}',
      description: 'messages not yet worked off, by consumer',
    })
    .addCallback((result) => result.observe(backlog, { consumer: durable }));
  let stuck: Promise<void> | undefined;
  vulnerable('consumer-stuck', () => {
    let free = (): void => undefined;
    stuck = new Promise((resolve) => {
      free = resolve;
    });
    return () => {
      stuck = undefined;
      free();
    };
  });
  void (async () => {
    for await (const message of messages) {
      await stuck;
      const span = tracer.startSpan(`process ${subject}`, {
        kind: SpanKind.CONSUMER,
        attributes: {
          'messaging.system': 'nats',
          'messaging.destination.name': subject,
          'messaging.operation.type': 'process',
          'service.peer.name': platform.name('queue'),
        },
      });
      void work(message.json())
        .then(
          () => message.ack(),
          () => {
            span.setStatus({ code: SpanStatusCode.ERROR });
            message.nak(500);
          },
        )
        .finally(() => span.end());
    }
  })();
};
