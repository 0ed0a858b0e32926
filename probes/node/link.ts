// The probe's connection to NATS: made in the background, for ever, never in the app's way and never what keeps it alive.
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { ProbeClock } from './clock.ts';
import type { ProbeConfig } from './config.ts';
import type { Parcel } from './outbox.ts';

export type Link = {
  /** Stores one message; undefined while there is no connection. */
  send(parcel: Parcel): Promise<void> | undefined;
  /** Sends what is worth nothing later: no answer is waited for, and nothing is kept. */
  tell(subject: string, bytes: Uint8Array): void;
  /** Called with each new connection. */
  onConnect(fn: (nc: NatsConnection) => void): void;
  close(): Promise<void>;
};

const ACK_MS = 3_000;
/** A server that takes longer to greet is tried again; an app that wants to end waits for it at most. */
const DIAL_MS = 2_000;
const RETRY_MS = 500;
/** Credentials that are refused may be right after a rotation; until then the server's log is spared. */
const REFUSED_RETRY_MS = 5_000;
/** Nothing answered for so long: the connection stands in name only. */
const STALE_MS = 10_000;

/** Where timers, sockets and reconnection live in nats.js; no public name reaches them. */
type Inside = {
  readonly protocol?: {
    readonly heartbeats?: { cancel(): void };
    readonly transport?: { readonly socket?: { unref(): void } };
  };
};

/**
 * Takes the connection out of what keeps a process alive: its socket, and the timer of its pings. Frames go out each second, so
 * their missing answers say sooner than a ping that the server is gone. A test holds that an app with this probe ends.
 */
const letExit = (nc: NatsConnection): void => {
  const { protocol } = nc as unknown as Inside;
  protocol?.heartbeats?.cancel();
  protocol?.transport?.socket?.unref();
};

export const openLink = (config: ProbeConfig, clock: ProbeClock): Link => {
  let nc: NatsConnection | undefined;
  let js: JetStreamClient | undefined;
  let closed = false;
  let answeredMs = 0;
  const listeners: ((nc: NatsConnection) => void)[] = [];

  // nats.js would reconnect by itself, with timers that keep the app alive; a new connection each time also starts clean.
  const dial = async (): Promise<void> => {
    const connection = await connect({
      servers: config.natsUrl.split(','),
      name: `probe ${config.service}`,
      reconnect: false,
      timeout: DIAL_MS,
      noAsyncTraces: true,
      ...(config.natsUser === undefined ? {} : { user: config.natsUser, pass: config.natsPassword ?? '' }),
      ...(config.natsCaFile === undefined ? {} : { tls: { caFile: config.natsCaFile } }),
    });
    if (closed) {
      await connection.close();
      return;
    }
    letExit(connection);
    nc = connection;
    js = jetstream(connection, { timeout: ACK_MS });
    answeredMs = clock.monotonic();
    for (const fn of listeners) fn(connection);
    await connection.closed();
    nc = undefined;
    js = undefined;
  };
  const keepDialling = (): void => {
    if (closed) return;
    dial().then(
      () => clock.after(RETRY_MS, keepDialling),
      (error: unknown) => {
        const refused = /authori[sz]ation|authentication/i.test(String(error));
        clock.after(refused ? REFUSED_RETRY_MS : RETRY_MS, keepDialling);
      },
    );
  };
  keepDialling();

  return {
    send: ({ subject, bytes, id }) => {
      const connection = nc;
      if (js === undefined || connection === undefined || connection.isClosed()) return undefined;
      return js.publish(subject, bytes, id === undefined ? {} : { msgID: id }).then(
        () => {
          answeredMs = clock.monotonic();
        },
        (error: unknown) => {
          if (connection === nc && clock.monotonic() - answeredMs > STALE_MS) void connection.close();
          throw error;
        },
      );
    },
    tell: (subject, bytes) => {
      if (nc?.isClosed() === false) nc.publish(subject, bytes);
    },
    onConnect: (fn) => {
      listeners.push(fn);
      if (nc !== undefined) fn(nc);
    },
    close: async () => {
      closed = true;
      await nc?.close();
    },
  };
};
