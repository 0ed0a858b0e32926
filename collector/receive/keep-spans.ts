// Spans from NATS into ClickHouse: a message is acknowledged when its rows are stored, and a row that comes twice replaces itself.
import { OpsError } from '@fenghuo/kit';
import { spansStream } from '@fenghuo/rules/contract';
import { AckPolicy, type JsMsg } from '@nats-io/jetstream';
import { z } from 'zod';
import { deadLetters } from '../dead-letter.ts';
import type { DecisionParts, Kept } from '../decisions.ts';
import { Patience } from '../patience.ts';
import { streamId } from '../stream-id.ts';

/** Messages of one insert at most. */
const MESSAGES_MAX = 64;
/** How long the first of an insert waits for others: spans are evidence, not the fast path. */
const GATHER_MS = 500;
/** What a collector that died had taken comes again after so long; one that waits for ClickHouse says that it is at work. */
const ACK_WAIT_MS = 5_000;
const DURABLE = 'collector';
const pulse = { expires: 4_000, idle_heartbeat: 1_000 } as const;

const row = z.object({
  at: z.string(),
  trace: z.string(),
  span: z.string(),
  parent: z.string(),
  service: z.string(),
  instance: z.string(),
  name: z.string(),
  kind: z.string(),
  seconds: z.number(),
  status: z.number(),
  message: z.string(),
  why: z.string(),
  attributes: z.record(z.string(), z.string()),
});

/** Follows SPANS; several collectors share it. */
export const keepSpans = async ({ bus, store, clock, log, self }: DecisionParts): Promise<Kept> => {
  const { id } = await streamId(bus, spansStream);
  await bus.jsm.consumers.add(spansStream, {
    durable_name: DURABLE,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ACK_WAIT_MS * 1e6,
    max_ack_pending: MESSAGES_MAX * 4,
  });
  const consumer = await bus.js.consumers.get(spansStream, DURABLE);
  const messages = await consumer.consume({ max_messages: MESSAGES_MAX, ...pulse });
  const patience = new Patience(clock, log);
  const refuse = deadLetters(bus, self, patience, { name: spansStream, id });
  const stored = self.counter('fenghuo.collector.spans', '{span}', 'Spans stored, by why they were kept');
  /** Taken and not stored yet. */
  const open = new Set<JsMsg>();
  const beat = clock.every(ACK_WAIT_MS / 4, () => {
    for (const message of open) message.working();
  });
  let stopped = false;
  let gathered: JsMsg[] = [];
  let storing: Promise<void> = Promise.resolve();
  const storeGathered = async (): Promise<void> => {
    await clock.sleep(GATHER_MS);
    const taken = gathered;
    gathered = [];
    const rows: z.infer<typeof row>[] = [];
    for (const message of taken) {
      const found = rowsOf(message.string());
      if (found === undefined) await refuse('spans_invalid', message);
      else rows.push(...found);
    }
    const token = `${id}-${taken[0]?.seq}-${taken.length}`;
    if (rows.length > 0) await patience.until('spans', () => store.insertRows('spans', rows, token));
    for (const { why } of rows) stored.add(1, { why });
    for (const message of taken) {
      open.delete(message);
      message.ack();
    }
  };
  const done = (async () => {
    for await (const message of messages) {
      open.add(message);
      if (gathered.push(message) === 1) storing = storing.then(storeGathered);
      if (gathered.length >= MESSAGES_MAX) await storing;
    }
    if (!stopped) throw new OpsError('bus_unreachable', `the consumer of ${spansStream} ended`);
  })();
  return {
    done,
    waitingSinceMs: () => patience.waitingSinceMs,
    stop: async () => {
      stopped = true;
      beat.cancel();
      patience.stop();
      await messages.close();
      await storing.catch(() => undefined);
    },
  };
};

const rowsOf = (lines: string): z.infer<typeof row>[] | undefined => {
  try {
    return lines.split('\n').map((line) => row.parse(JSON.parse(line)));
  } catch {
    return undefined;
  }
};
