// The probe's connection to NATS: made in the background, for ever, never in the app's way.
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { ProbeConfig } from './config.ts';
import type { Parcel } from './outbox.ts';

export type Link = {
  /** Stores one message; undefined while there is no connection. */
  send(parcel: Parcel): Promise<void> | undefined;
  /** Called with each connection, the first and every further one of another server process. */
  onConnect(fn: (nc: NatsConnection) => void): void;
  close(): Promise<void>;
};

const ACK_MS = 3_000;

export const openLink = (config: ProbeConfig): Link => {
  let nc: NatsConnection | undefined;
  let js: JetStreamClient | undefined;
  let closed = false;
  let up = false;
  const listeners: ((nc: NatsConnection) => void)[] = [];
  connect({
    servers: config.natsUrl.split(','),
    name: `probe ${config.service}`,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: 500,
    ...(config.natsUser === undefined ? {} : { user: config.natsUser, pass: config.natsPassword ?? '' }),
  }).then(
    (connection) => {
      if (closed) return void connection.close();
      nc = connection;
      js = jetstream(connection, { timeout: ACK_MS });
      up = true;
      for (const fn of listeners) fn(connection);
      void watch(connection);
    },
    () => {
      // Refused for good (credentials): the app goes on without telemetry, the outbox counts what is lost.
    },
  );
  const watch = async (connection: NatsConnection): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') up = false;
      if (status.type === 'reconnect') {
        up = true;
        for (const fn of listeners) fn(connection);
      }
    }
  };
  return {
    send: ({ subject, bytes, id }) =>
      js === undefined || !up ? undefined : js.publish(subject, bytes, { msgID: id }).then(() => undefined),
    onConnect: (fn) => {
      listeners.push(fn);
      if (nc !== undefined && up) fn(nc);
    },
    close: async () => {
      closed = true;
      await nc?.close();
    },
  };
};
