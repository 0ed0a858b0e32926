// One stream into ClickHouse, exactly once: contiguous ranges of its sequence, each one insert, and a restart asks where the last one ended.

import { type Bus, type Clock, type Logger, OpsError, type SelfMetrics } from '@fenghuo/kit';
import {
  changeEvent,
  decodeFrame,
  type FrameSchema,
  parseTelemetrySubject,
  subjects,
  telemetryStream,
} from '@fenghuo/rules/contract';
import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { Batch, COLUMNS, halvesOfHex } from './batch.ts';
import { streamId } from './position.ts';
import { type Schemas, seriesRows } from './schemas.ts';
import type { Store } from './store/client.ts';
import { lastPosition } from './store/reads.ts';

export type IngestParts = {
  readonly bus: Bus;
  readonly store: Store;
  readonly schemas: Schemas;
  readonly clock: Clock;
  readonly log: Logger;
  readonly self: SelfMetrics;
  /** Keeps a schema where it can be asked for by its hash. */
  readonly keep: (schema: FrameSchema) => Promise<void>;
  /** Told which minutes (epoch ms) an insert touched. */
  readonly touched: (fromMs: number, toMs: number) => void;
};
export type Ingest = { stop(): Promise<void>; readonly done: Promise<void> };

/** Messages that wait in memory at most, and their bytes: what back-pressure leaves in JetStream. */
const WAITING_BYTES_MAX = 16 * 1_048_576;
/** A stream that is silent for two beats is asked anew: a restarted NATS is noticed within seconds. */
const pulse = { expires: 4_000, idle_heartbeat: 1_000 } as const;
const RETRY_MS_MAX = 5_000;
const DAY_MS = 86_400_000;

/** Starts ingesting a partition; resolves once the position is known and consuming has begun. */
export const ingestPartition = async (partition: number, parts: IngestParts): Promise<Ingest> => {
  const { bus, store, schemas, clock, log, self } = parts;
  const name = telemetryStream(partition);
  const { id, firstSeq } = await streamId(bus, name);
  const position = await lastPosition(store, id);
  const start = Math.max(position + 1, firstSeq);
  log.info({ stream: name, start }, 'ingest starts');
  const consumer = await bus.js.consumers.get(name, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, start),
  });
  const messages = await consumer.consume({ max_bytes: WAITING_BYTES_MAX, ...pulse });
  const counters = {
    rows: self.counter('fenghuo_collector_rows', '{row}', 'samples stored'),
    missing: self.counter('fenghuo_collector_missing', '{sample}', 'samples that probes announced and did not have'),
    refused: self.counter('fenghuo_collector_refused', '{message}', 'messages that could not be parsed, by reason'),
    retries: self.counter('fenghuo_collector_insert_retries', '{insert}', 'inserts that had to be repeated'),
  };
  const stream = halvesOfHex(id);
  let batch = new Batch(stream);
  let range = { from: Number.POSITIVE_INFINITY, to: 0 };
  let stopped = false;
  // Inserts follow each other: a range may only be stored when all before it are.
  let inserting: Promise<void> = Promise.resolve();

  const insert = async (full: Batch, touched: { from: number; to: number }): Promise<void> => {
    if (full.rows === 0) return;
    const block = full.block(Math.floor(clock.now() / DAY_MS));
    const token = `${id}-${full.firstSeq}-${full.lastSeq}`;
    for (let wait = 100; ; wait = Math.min(RETRY_MS_MAX, wait * 2)) {
      try {
        await store.insertBlock('samples', COLUMNS, block, token);
        break;
      } catch (error) {
        if (stopped) throw error;
        counters.retries.add(1);
        log.warn({ err: error, token, wait }, 'insert refused, trying again');
        await clock.sleep(wait);
      }
    }
    counters.rows.add(full.rows);
    parts.touched(touched.from, touched.to);
  };
  const flush = (): Promise<void> => {
    const [full, touched] = [batch, range];
    batch = new Batch(stream);
    range = { from: Number.POSITIVE_INFINITY, to: 0 };
    inserting = inserting.then(() => insert(full, touched));
    return inserting;
  };
  const refuse = async (reason: string, message: JsMsg): Promise<void> => {
    counters.refused.add(1, { reason });
    await bus
      .publish(subjects.deadLetter(reason), message.data, { msgId: `${id}-${message.seq}` })
      .catch((error: unknown) => log.error({ err: error, reason }, 'dead letter lost'));
  };
  const take = async (message: JsMsg): Promise<void> => {
    const of = parseTelemetrySubject(message.subject);
    if (of?.kind === 'frame') {
      const frame = decodeFrame(message.data);
      if ('fault' in frame) return refuse(frame.fault, message);
      const known = await schemas.find(frame.probe, frame.schema);
      if (known === undefined) return refuse('schema_unknown', message);
      counters.missing.add(batch.add(message.seq, known.probe, known.ids, frame.timeMs, frame.values, frame.first));
      range.from = Math.min(range.from, frame.timeMs);
      range.to = Math.max(range.to, frame.timeMs);
      return;
    }
    if (of?.kind === 'schema' || of?.kind === 'event') {
      const payload = parsed(message);
      try {
        if (of.kind === 'schema') {
          const schema = schemas.learn(payload);
          // Kept by hash before any frame that needs it is stored: a restart begins after the announcement.
          if (schema !== undefined) await patiently(() => parts.keep(schema));
          if (schema !== undefined)
            await patiently(() =>
              store.insertRows(
                'series',
                seriesRows(schema, clock.now()),
                `series-${schema.probe}-${schema.hash}-${schema.incarnation}`,
              ),
            );
          return;
        }
        const event = changeEvent.parse(payload);
        const row = {
          stream: BigInt(`0x${id}`).toString(),
          seq: message.seq,
          at: new Date(event.timeMs ?? message.info.timestampNanos / 1e6).toISOString(),
          kind: event.kind,
          service: event.service ?? '',
          what: event.what,
          until: event.untilMs === undefined ? null : new Date(event.untilMs).toISOString(),
          version: event.version ?? '',
        };
        await patiently(() => store.insertRows('events', [row], `event-${id}-${message.seq}`));
      } catch {
        await refuse(`${of.kind}_invalid`, message);
      }
    }
  };
  const patiently = async (work: () => Promise<void>): Promise<void> => {
    for (let wait = 100; ; wait = Math.min(RETRY_MS_MAX, wait * 2)) {
      try {
        return await work();
      } catch (error) {
        if (stopped) throw error;
        log.warn({ err: error }, 'store refused, trying again');
        await clock.sleep(wait);
      }
    }
  };

  const timer = clock.every(100, () => {
    if (batch.isDue(clock.now())) void flush().catch((error: unknown) => log.error({ err: error }, 'insert given up'));
  });
  const done = (async () => {
    for await (const message of messages) {
      await take(message);
      batch.covers(message.seq, clock.now());
      // Waiting here is the back-pressure: nothing more is pulled while an insert of a full batch is under way.
      if (batch.isDue(clock.now())) await flush();
    }
    // Ended without being told to: the process leaves, is started again, and asks ClickHouse where it stood.
    if (!stopped) throw new OpsError('bus_unreachable', `the consumer of ${name} ended`);
  })();
  return {
    done,
    stop: async () => {
      stopped = true;
      timer.cancel();
      await messages.close();
      await flush().catch(() => undefined);
    },
  };
};

const parsed = (message: JsMsg): unknown => {
  try {
    return message.json();
  } catch {
    return undefined;
  }
};
