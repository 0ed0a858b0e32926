// Entries of the flags bucket as they are written, with their age by the server's own clock: a skewed host cannot stretch a lease.
import { flagsBucket } from '@fenghuo/rules/contract';
import { AckPolicy, DeliverPolicy, jetstreamManager, ReplayPolicy } from '@nats-io/jetstream';
import { createInbox, type Msg, type NatsConnection, nanos } from '@nats-io/transport-node';
import type { ProbeClock } from './clock.ts';

export type Take = (payload: unknown, ageMs: number, revision: number) => void;
type FlagWatch = {
  /** Monotonic time of the last sign of life. */
  readonly heardMs: number;
  stop(): void;
};

const HEARTBEAT_MS = 5_000;
/** Three heartbeats missed: the server has lost this consumer, though the connection stands. */
const SILENT_MS_MAX = 3 * HEARTBEAT_MS;
const LOOK_EVERY_MS = 2_000;
const STREAM = `KV_${flagsBucket}`;

/**
 * Sequence and time (epoch ms, the server's) of a delivered message, from its acknowledgement subject:
 * `$JS.ACK.[domain.account.]stream.consumer.deliveries.sequence.delivery.nanoseconds.pending[.random]`.
 */
export const storedAs = (reply: string): { readonly sequence: number; readonly atMs: number } | undefined => {
  const tokens = reply.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const from = tokens.length === 9 ? 5 : 7;
  const sequence = Number(tokens[from]);
  const atMs = Number(tokens[from + 2]) / 1e6;
  return Number.isFinite(sequence) && Number.isFinite(atMs) ? { sequence, atMs } : undefined;
};

/**
 * Delivers each key's newest entry, then every change. Rejects where the bucket is not there (yet).
 * The KV client's own watch is not used: it cannot tell the last old entry from a new one, and its timers keep an app alive.
 */
const watchFlags = async (nc: NatsConnection, service: string, clock: ProbeClock, take: Take): Promise<FlagWatch> => {
  const inbox = createInbox();
  const early: Msg[] = [];
  let startedMs: number | undefined;
  let heardMs = clock.monotonic();
  const entry = (message: Msg): void => {
    // Heartbeats carry a status, deletions an operation; both have no value to take.
    if (message.headers !== undefined && (message.headers.code > 0 || message.headers.has('KV-Operation'))) return;
    const stored = storedAs(message.reply ?? '');
    if (stored === undefined) return;
    // What was stored after the consumer began comes as it is written: its lease begins now.
    const ageMs = Math.max(0, (startedMs ?? 0) - stored.atMs);
    try {
      take(message.json(), ageMs, stored.sequence);
    } catch {
      // Not JSON: none of ours.
    }
  };
  const subscription = nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error !== null) return;
      heardMs = clock.monotonic();
      // Entries can come before the answer that tells the server's time.
      if (startedMs === undefined) early.push(message);
      else entry(message);
    },
  });
  try {
    const manager = await jetstreamManager(nc, { checkAPI: false });
    const consumer = await manager.consumers.add(STREAM, {
      deliver_subject: inbox,
      deliver_policy: DeliverPolicy.LastPerSubject,
      filter_subject: `$KV.${flagsBucket}.${service.replace(/[^-/_=a-zA-Z0-9]/g, '_')}.>`,
      ack_policy: AckPolicy.None,
      replay_policy: ReplayPolicy.Instant,
      max_deliver: 1,
      mem_storage: true,
      idle_heartbeat: nanos(HEARTBEAT_MS),
      inactive_threshold: nanos(30_000),
    });
    startedMs = Date.parse(consumer.created);
  } catch (error) {
    subscription.unsubscribe();
    throw error;
  }
  for (const message of early.splice(0)) entry(message);
  return {
    get heardMs() {
      return heardMs;
    },
    stop: () => subscription.unsubscribe(),
  };
};

/** Watches for as long as this connection stands: the bucket may come later than the app, and a watch may fall silent. */
export const keepWatching = (nc: NatsConnection, service: string, clock: ProbeClock, take: Take): void => {
  let watch: FlagWatch | undefined;
  const look = async (): Promise<void> => {
    if (watch !== undefined && clock.monotonic() - watch.heardMs <= SILENT_MS_MAX) return;
    watch?.stop();
    watch = undefined;
    watch = await watchFlags(nc, service, clock, take);
  };
  const again = (): void => {
    if (nc.isClosed()) return;
    look()
      .catch(() => undefined)
      .finally(() => clock.after(LOOK_EVERY_MS, again));
  };
  again();
};
