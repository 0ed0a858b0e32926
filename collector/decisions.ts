// The decision log into ClickHouse, in its order; a repeat replaces itself, for a row's key is its place in the log.

import type { Bus, Clock, Logger } from '@fenghuo/kit';
import { decision, decisionsStream } from '@fenghuo/rules/contract';
import { DeliverPolicy } from '@nats-io/jetstream';
import type { Store } from './store/client.ts';
import { lastDecision } from './store/reads.ts';

/** Follows DECISIONS from where the table ends. */
export const keepDecisions = async (
  bus: Bus,
  store: Store,
  clock: Clock,
  log: Logger,
): Promise<{ stop(): Promise<void> }> => {
  const { state } = await bus.jsm.streams.info(decisionsStream);
  const last = await lastDecision(store);
  // A log that is shorter than what we know is another log: it is read from its start.
  const start = last > state.last_seq ? 1 : last + 1;
  const consumer = await bus.js.consumers.get(decisionsStream, {
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, start),
  });
  const messages = await consumer.consume({ max_messages: 200 });
  let stopped = false;
  void (async () => {
    for await (const message of messages) {
      const body = message.string();
      const one = decision.safeParse(safeJson(body));
      if (!one.success) {
        log.warn({ seq: message.seq }, 'a message of DECISIONS is no decision');
        continue;
      }
      const { id, atMs, type, incident } = one.data;
      for (let wait = 100; !stopped; wait = Math.min(5_000, wait * 2)) {
        try {
          await store.insertRows(
            'decisions',
            [{ seq: message.seq, id, at: new Date(atMs).toISOString(), type, incident: incident ?? '', body }],
            `decision-${id}`,
          );
          break;
        } catch (error) {
          log.warn({ err: error, wait }, 'decision waits for the store');
          await clock.sleep(wait);
        }
      }
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await messages.close();
    },
  };
};

const safeJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
