// One stream into ClickHouse, exactly once: read in order from where ClickHouse stands, stored as a chain of blocks, rolled up behind it.

import { type Bus, type Clock, type Logger, OpsError, type SelfMetrics } from '@fenghuo/kit';
import { type FrameSchema, telemetryStream } from '@fenghuo/rules/contract';
import { type ConsumerMessages, DeliverPolicy } from '@nats-io/jetstream';
import { deadLetters } from './dead-letter.ts';
import { Intake } from './intake.ts';
import { Patience } from './patience.ts';
import { READ_BACK } from './repeats.ts';
import { Rollup } from './rollup.ts';
import type { Schemas } from './schemas.ts';
import { chainEnd } from './store/chain.ts';
import type { Store } from './store/client.ts';
import { streamId } from './stream-id.ts';
import { Writer } from './writer.ts';

export type IngestParts = {
  readonly bus: Bus;
  readonly store: Store;
  readonly schemas: Schemas;
  readonly clock: Clock;
  readonly log: Logger;
  readonly self: SelfMetrics;
  /** Keeps a schema where it can be asked for by its hash. */
  readonly keep: (schema: FrameSchema) => Promise<void>;
};
export type Ingest = {
  /** Rejects where the stream cannot be read any more; else resolves after `stop`. */
  readonly done: Promise<void>;
  /** Since when (epoch ms) NATS or ClickHouse has refused what had to be kept; undefined while all is well. */
  waitingSinceMs(): number | undefined;
  stop(): Promise<void>;
};

/** Bytes of messages that wait in memory at most: the rest waits in JetStream, which is the back-pressure. */
const WAITING_BYTES_MAX = 16 * 1_048_576;
/** A stream that is silent for two beats is asked anew: a restarted NATS is noticed within seconds. */
const pulse = { expires: 4_000, idle_heartbeat: 1_000 } as const;
const TICK_MS = 100;

/** Starts ingesting a partition; resolves once the position is known and consuming has begun. */
export const ingestPartition = async (partition: number, parts: IngestParts): Promise<Ingest> => {
  const { bus, store, schemas, clock, log, self, keep } = parts;
  const name = telemetryStream(partition);
  const { id, firstSeq } = await streamId(bus, name);
  const position = await chainEnd(store, 'frames', id);
  const start = Math.max(position + 1, firstSeq, 1);
  log.info({ stream: name, start }, 'ingest starts');
  const consumer = await bus.js.consumers.get(name, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(start - READ_BACK, firstSeq, 1),
  });
  const messages = await consumer.consume({ max_bytes: WAITING_BYTES_MAX, ...pulse });
  const retries = self.counter('fenghuo.collector.retries', '{attempt}', 'writes that had to be repeated');
  const patience = new Patience(clock, log, () => retries.add(1));
  const refuse = deadLetters(bus, self, patience, { name, id });
  const writer = new Writer({ store, clock, self, patience, stream: id, position });
  const intake = new Intake({ store, schemas, writer, clock, self, patience, refuse, keep, stream: id, start });
  const rollups = (['rollup_1m', 'rollup_1h'] as const).map((table) =>
    new Rollup(table, { store, clock, log, stream: id, position: () => writer.position }).start(),
  );
  const lastly = async (): Promise<void> => {
    await intake.storeBeside();
    await writer.flush();
  };
  const reading = read(name, messages, intake, writer, clock);
  return {
    done: reading.done,
    waitingSinceMs: () => patience.waitingSinceMs,
    stop: async () => {
      patience.stop();
      await reading.stop();
      await messages.close();
      // A batch with a frame that still waits is not whole; what is not stored now is read again by whoever comes next.
      if (!intake.isWaiting) await lastly().catch(() => undefined);
      await Promise.all(rollups.map((rollup) => rollup.stop()));
    },
  };
};

/** Takes message after message; what has waited long enough is settled and flushed between them, also when none comes. */
const read = (
  name: string,
  messages: ConsumerMessages,
  intake: Intake,
  writer: Writer,
  clock: Clock,
): { readonly done: Promise<void>; stop(): Promise<void> } => {
  let stopped = false;
  // One thing at a time: the clock's turn and the stream's turn do not touch the same batch at once.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work);
    return turn;
  };
  const tidy = async (): Promise<void> => {
    if (intake.isWaiting) await intake.settle();
    await intake.storeBeside();
    // A batch is whole when none of its frames waits: only then may the chain go past it.
    if (!intake.isWaiting && writer.isDue) void writer.flush().catch(() => undefined);
  };
  let tidying = false;
  const timer = clock.every(TICK_MS, () => {
    if (tidying) return;
    tidying = true;
    void inTurn(tidy)
      .catch(() => undefined)
      .finally(() => {
        tidying = false;
      });
  });
  const done = (async () => {
    let last = 0;
    for await (const message of messages) {
      if (stopped) return;
      if (message.seq <= last) throw new OpsError('bus_refused', `${name} went back from ${last} to ${message.seq}`);
      last = message.seq;
      await inTurn(() => intake.take(message));
      // Waiting here is the back-pressure: nothing more is taken while a full batch cannot be stored.
      while (!stopped && (intake.isFull || writer.isFull)) {
        await inTurn(tidy);
        await (intake.isWaiting ? clock.sleep(TICK_MS) : writer.idle());
      }
    }
    // Ended without being told to: the process leaves, is started again, and asks ClickHouse where it stood.
    if (!stopped) throw new OpsError('bus_unreachable', `the consumer of ${name} ended`);
  })();
  return {
    done,
    stop: async () => {
      stopped = true;
      timer.cancel();
      await turn.catch(() => undefined);
    },
  };
};
