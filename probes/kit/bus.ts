// The one way onto NATS: a connection that reconnects for ever, with JetStream and key-value beside it.

import { token } from '@fenghuo/rules/contract';
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type PubAck,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { ServiceConfig } from './config.ts';
import { OpsError } from './error.ts';

export type Bus = {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly kvm: Kvm;
  /**
   * Stores one message in whichever stream takes the subject; waits while the server is away. `msgId` makes a repeat within
   * two minutes a no-op (`duplicate: true`). Throws OpsError `bus_unreachable` at once where the connection breaks while
   * the answer is awaited: then it may be stored or not, so repeat it with the same `msgId`.
   */
  publish(subject: string, payload: Uint8Array | string, options?: PublishOptions): Promise<PubAck>;
  /** Whether the connection stands now. */
  isUp(): boolean;
  /** Resolves when the server is there: at once, or after the reconnection. A request made before it would be lost in silence. */
  connected(): Promise<void>;
  /** Drains what is under way, then closes. Never throws. */
  close(): Promise<void>;
};
export type PublishOptions = {
  readonly msgId?: string;
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
};
export type BusConfig = Pick<ServiceConfig, 'natsUrl' | 'natsUser' | 'natsPassword' | 'natsCaFile'>;

/**
 * Connects as `name`; waits while the server is away, and reconnects for ever afterwards.
 * Throws OpsError `unauthorized` where the server refuses the credentials.
 */
export const connectBus = async (config: BusConfig, name: string): Promise<Bus> => {
  const nc = await connect({
    servers: config.natsUrl.split(','),
    name,
    ...(config.natsUser ? { user: config.natsUser, pass: config.natsPassword ?? '' } : {}),
    ...(config.natsCaFile ? { tls: { caFile: config.natsCaFile } } : {}),
    // Four tokens and more: probes, whose permission is `_INBOX.*.*`, cannot listen to the services' answers.
    inboxPrefix: `_INBOX.${token(config.natsUser ?? 'fenghuo')}.s`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    waitOnFirstConnect: true,
    pingInterval: 10_000,
    maxPingOut: 2,
  }).catch((cause: unknown) => {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (/authori[sz]ation|authentication/i.test(text))
      throw new OpsError('unauthorized', `NATS at ${config.natsUrl} refuses user ${config.natsUser ?? '(none)'}`, {
        help: 'Set FENGHUO_NATS_USER and FENGHUO_NATS_PASSWORD; `fenghuo up` keeps its own in .fenghuo/credentials.json.',
        cause,
      });
    throw new OpsError('bus_unreachable', `NATS at ${config.natsUrl} does not answer`, {
      help: 'Check FENGHUO_NATS_URL, or start `fenghuo up`.',
      cause,
    });
  });
  // checkAPI asks for account information first; a probe-like role may not, and the first real call tells as much.
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: 10_000 });
  const js = jetstream(nc, { timeout: 10_000 });
  const link = watchLink(nc);
  return {
    nc,
    js,
    jsm,
    kvm: new Kvm(js),
    isUp: () => link.isUp(),
    connected: link.up,
    publish: async (subject, payload, options) => {
      await link.up();
      return await link.guard(
        js.publish(subject, payload, {
          ...(options?.msgId === undefined ? {} : { msgID: options.msgId }),
          ...(options?.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
          ...(options?.headers === undefined ? {} : { headers: natsHeaders(options.headers) }),
        }),
      );
    },
    close: async () => {
      if (nc.isClosed()) return;
      // Draining waits for the server; without one it would wait for ever.
      await Promise.race([nc.drain().catch(() => undefined), nc.closed()]).catch(() => undefined);
      if (!nc.isClosed()) await nc.close().catch(() => undefined);
    },
  };
};

const natsHeaders = (values: Readonly<Record<string, string>>): MsgHdrs => {
  const made = headers();
  for (const [name, value] of Object.entries(values)) made.set(name, value);
  return made;
};

/** Follows whether the connection stands, so that nobody waits for an answer that cannot come. */
const watchLink = (
  nc: NatsConnection,
): { isUp(): boolean; up(): Promise<void>; guard<T>(answer: Promise<T>): Promise<T> } => {
  let connected = true;
  let upWaiters: (() => void)[] = [];
  const lostWaiters = new Set<(error: OpsError) => void>();
  const gone = (): OpsError =>
    new OpsError('bus_unreachable', 'the connection to NATS broke while an answer was awaited');
  const follow = async (): Promise<void> => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        connected = false;
        for (const reject of lostWaiters) reject(gone());
        lostWaiters.clear();
      } else if (status.type === 'reconnect') {
        connected = true;
        for (const resolve of upWaiters) resolve();
        upWaiters = [];
      }
    }
  };
  void follow().catch(() => undefined);
  return {
    isUp: () => connected && !nc.isClosed(),
    up: () => (connected || nc.isClosed() ? Promise.resolve() : new Promise((resolve) => upWaiters.push(resolve))),
    guard: (answer) =>
      new Promise((resolve, reject) => {
        lostWaiters.add(reject);
        answer.then(resolve, reject).finally(() => lostWaiters.delete(reject));
      }),
  };
};
