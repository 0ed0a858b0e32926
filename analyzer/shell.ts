// The engine on the bus: one partition's stream in, decisions, leases and the live view out, acknowledged after they are told.
import { type Bus, type Clock, type Logger, OpsError, type SelfMetrics } from '@fenghuo/kit';
import {
  type FlagLease,
  flagKey,
  flagsBucket,
  type RuleBook,
  subjects,
  telemetryStream,
} from '@fenghuo/rules/contract';
import { AckPolicy, type ConsumerMessages, DeliverPolicy } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { createEngine, type Engine, type EngineOptions, type Outputs } from './engine.ts';
import { liveEvidence, liveGraph } from './live.ts';
import { step } from './pipeline.ts';
import { createResolver, messageOf } from './read.ts';
import { recover } from './recover.ts';

export type Shell = { readonly engine: Engine; stop(): Promise<void>; readonly done: Promise<void> };
export type ShellOptions = EngineOptions & {
  readonly bus: Bus;
  readonly rules: RuleBook;
  readonly clock: Clock;
  readonly log: Logger;
  readonly self: SelfMetrics;
};

const ackEvery = 200;
const ackMs = 1_000;
const liveMs = 900;

/** Recovers, then goes on with the stream until stopped. `done` rejects when the bus refuses: whoever supervises starts anew. */
export const startShell = async (options: ShellOptions): Promise<Shell> => {
  const { bus, rules, clock, log, self, partition, act } = options;
  const stream = telemetryStream(partition);
  const durable = `analyzer-${partition}`;
  const engine = createEngine(rules, { partition, act });
  const resolve = await createResolver(bus);
  const flags: KV = await bus.kvm.open(flagsBucket);
  const before = await bus.jsm.consumers.info(stream, durable).catch(() => undefined);
  const position = await recover(bus, engine, resolve, before?.ack_floor.stream_seq);
  log.info({ partition, seq: position.seq, warmed: position.warmed, open: engine.files.size }, 'recovered');
  // What the old consumer had in flight would come only after a time-out and out of order: a new one starts right behind the position.
  if (before !== undefined) await bus.jsm.consumers.delete(stream, durable);
  await bus.jsm.consumers.add(stream, {
    durable_name: durable,
    ack_policy: AckPolicy.All,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: position.seq + 1,
    max_ack_pending: 100_000,
  });
  const consumer = await bus.js.consumers.get(stream, durable);
  const messages: ConsumerMessages = await consumer.consume({ max_messages: 1_000 });
  const count = {
    inputs: self.counter('fenghuo.analyzer.inputs', '{message}', 'Inputs taken in, by kind'),
    refused: self.counter('fenghuo.analyzer.refused', '{message}', 'Inputs refused, by reason'),
    decisions: self.counter('fenghuo.analyzer.decisions', '{decision}', 'Decisions told, by type'),
    leases: self.counter('fenghuo.analyzer.leases', '{lease}', 'Lease writes'),
  };
  const series = self.gauge('fenghuo.analyzer.series', '{series}', 'Series watched');

  /** Leases go first: customers wait for them. Both are awaited, so nothing is acknowledged that was not told. */
  const tell = async ({ decisions, leases }: Outputs): Promise<void> => {
    const put = (lease: FlagLease): Promise<unknown> =>
      flags.put(flagKey(lease.service, lease.key), JSON.stringify(lease));
    const writes: Promise<unknown>[] = leases.map(put);
    for (const d of decisions) {
      if (position.known.has(d.id)) continue;
      writes.push(bus.publish(subjects.decision(d.type, d.incident), JSON.stringify(d), { msgId: d.id }));
      count.decisions.add(1, { type: d.type });
      log.info({ id: d.id, type: d.type, incident: d.incident }, 'decided');
    }
    count.leases.add(leases.length);
    await Promise.all(writes);
  };

  const sent = new Map<string, number>();
  let shownMs = 0;
  const show = (): void => {
    if (engine.now.atMs - shownMs < liveMs) return;
    shownMs = engine.now.atMs;
    series.set(engine.watch.series.size);
    bus.nc.publish(subjects.liveGraph, JSON.stringify(liveGraph(engine, clock.now() - engine.now.atMs)));
    for (const file of engine.files.values())
      bus.nc.publish(subjects.liveEvidence(file.id), JSON.stringify(liveEvidence(engine, file, sent)));
    if (engine.files.size === 0) sent.clear();
  };

  const consume = async (): Promise<void> => {
    let unacked = 0;
    let ackedMs = 0;
    for await (const m of messages) {
      const message = messageOf(m);
      const inputs = await resolve(engine, message);
      let told = 0;
      if ('fault' in inputs) count.refused.add(1, { reason: inputs.fault });
      else
        for (const input of inputs) {
          const out = step(engine, input);
          count.inputs.add(1, { kind: input.kind });
          told += out.decisions.length;
          if (out.decisions.length + out.leases.length > 0) await tell(out);
          if (out.evaluated) show();
        }
      unacked++;
      if (told === 0 && unacked < ackEvery && message.atMs - ackedMs < ackMs) continue;
      m.ack();
      unacked = 0;
      ackedMs = message.atMs;
    }
  };
  let stopping = false;
  const done = consume().then(() => {
    if (!stopping) throw new OpsError('bus_refused', `${stream}: the consumer ended`, { retry: 'later' });
  });
  return {
    engine,
    done,
    stop: async () => {
      stopping = true;
      await messages.close();
      await done.catch(() => undefined);
    },
  };
};
