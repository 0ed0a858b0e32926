// The decision log into ClickHouse, in its order; a repeat replaces itself, for a row's key is its place in the log.

import { type Bus, type Clock, type Logger, OpsError, type SelfMetrics } from '@fenghuo/kit';
import { decision, decisionsStream } from '@fenghuo/rules/contract';
import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { deadLetters, type Refuse } from './dead-letter.ts';
import { Patience } from './patience.ts';
import { uint64 } from './store/chain.ts';
import type { Store } from './store/client.ts';
import { lastDecision } from './store/reads.ts';
import { streamId } from './stream-id.ts';

export type DecisionParts = {
  readonly bus: Bus;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly self: SelfMetrics;
};
export type Kept = {
  /** Rejects where the log cannot be read any more; else resolves after `stop`. */
  readonly done: Promise<void>;
  waitingSinceMs(): number | undefined;
  stop(): Promise<void>;
};

/** Decisions of one insert at most, and those that wait in memory. */
const ROWS_MAX = 200;
/** How long the first of an insert waits for others: an incident's decisions come together. */
const GATHER_MS = 50;
const pulse = { expires: 4_000, idle_heartbeat: 1_000 } as const;

/** Follows DECISIONS from where the table ends. */
export const keepDecisions = async ({ bus, store, clock, log, self }: DecisionParts): Promise<Kept> => {
  const { id } = await streamId(bus, decisionsStream);
  const consumer = await bus.js.consumers.get(decisionsStream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: (await lastDecision(store, id)) + 1,
  });
  const messages = await consumer.consume({ max_messages: ROWS_MAX, ...pulse });
  const patience = new Patience(clock, log);
  const refuse = deadLetters(bus, self, patience, { name: decisionsStream, id });
  let stopped = false;
  let gathered: Record<string, unknown>[] = [];
  let storing: Promise<void> = Promise.resolve();
  const storeGathered = async (): Promise<void> => {
    await clock.sleep(GATHER_MS);
    const rows = gathered;
    gathered = [];
    const token = `${id}-${String(rows[0]?.seq)}-${rows.length}`;
    await patience.until('decisions', () => store.insertRows('decision_log', rows, token));
  };
  const done = (async () => {
    for await (const message of messages) {
      const row = await rowOf(message, id, refuse);
      if (row === undefined) continue;
      // The first of an insert asks for it, behind the one that is under way.
      if (gathered.push(row) === 1) storing = storing.then(storeGathered);
      if (gathered.length >= ROWS_MAX) await storing;
    }
    if (!stopped) throw new OpsError('bus_unreachable', `the consumer of ${decisionsStream} ended`);
  })();
  return {
    done,
    waitingSinceMs: () => patience.waitingSinceMs,
    stop: async () => {
      stopped = true;
      patience.stop();
      await messages.close();
      await storing.catch(() => undefined);
    },
  };
};

const rowOf = async (message: JsMsg, stream: string, refuse: Refuse): Promise<Record<string, unknown> | undefined> => {
  const body = message.string();
  const one = decision.safeParse(safeJson(body));
  if (!one.success) {
    await refuse('decision_invalid', message);
    return undefined;
  }
  const { id, atMs, type, incident } = one.data;
  return {
    stream: uint64(stream),
    seq: message.seq,
    id,
    at: new Date(atMs).toISOString(),
    type,
    incident: incident ?? '',
    body,
  };
};

const safeJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
