// The engine on the bus: one partition's stream in, decisions, leases and the live view out, acknowledged after they are told.
import type { Bus, Clock, Logger, SelfMetrics } from '@fenghuo/kit';
import {
  type FlagLease,
  flagKey,
  flagsBucket,
  type RuleBook,
  subjects,
  telemetryStream,
} from '@fenghuo/rules/contract';
import type { KV } from '@nats-io/kv';
import { createEngine, type Engine, type EngineOptions, type Outputs } from './engine.ts';
import { Follower } from './follow.ts';
import { liveEvidence, liveGraph } from './live.ts';
import { Load } from './load.ts';
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
  const follower = new Follower(bus, stream, durable, position.seq);
  await follower.begin();
  const count = {
    inputs: self.counter('fenghuo.analyzer.inputs', '{message}', 'Inputs taken in, by kind'),
    refused: self.counter('fenghuo.analyzer.refused', '{message}', 'Inputs refused, by reason'),
    decisions: self.counter('fenghuo.analyzer.decisions', '{decision}', 'Decisions told, by type'),
    leases: self.counter('fenghuo.analyzer.leases', '{lease}', 'Lease writes'),
  };
  const series = self.gauge('fenghuo.analyzer.series', '{series}', 'Series watched');
  const behind = self.gauge('fenghuo.analyzer.lag', 'ms', 'How far the analyzer is behind its stream');
  const again = self.counter(
    'fenghuo.analyzer.stream.restarts',
    '{restart}',
    'Times the stream was read again from where it broke',
  );
  const shedLevel = self.gauge('fenghuo.analyzer.shed.level', '1', 'What is not looked at: 0 nothing, up to 3');
  const shed = self.counter(
    'fenghuo.analyzer.shed',
    '{sample}',
    'Samples not looked at because the analyzer was behind',
  );
  const unfollowed = self.counter(
    'fenghuo.analyzer.checks.refused',
    '{series}',
    'Series that found no room to be followed toward a bound or for a stall',
  );
  const sources = self.gauge('fenghuo.analyzer.sources', '{source}', 'Sources of telemetry, by state');
  const watermark = self.gauge(
    'fenghuo.analyzer.watermark.lag',
    'ms',
    'How far the least of the sources that flow has come',
  );
  const quiet = self.gauge(
    'fenghuo.analyzer.quiet',
    'ms',
    'For how long nothing at all has come: the bus stands still',
  );
  const load = new Load();
  // By the clock: while the bus stands still no message moves the stream's time.
  let heardMs = clock.now();
  const listening = clock.every(1_000, () => quiet.set(clock.now() - heardMs, { partition: String(partition) }));
  engine.shedWanted = load.level = engine.watch.shed.level;

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
  let [shedTold, restartsTold, refusedTold] = [0, 0, 0];
  const show = (): void => {
    if (engine.now.atMs - shownMs < liveMs) return;
    shownMs = engine.now.atMs;
    const { shed: of, series: watched } = engine.watch;
    series.set(watched.size);
    behind.set(load.behindMs);
    shedLevel.set(of.level);
    again.add(follower.restarts - restartsTold);
    restartsTold = follower.restarts;
    shed.add(of.samples - shedTold);
    shedTold = of.samples;
    unfollowed.add(engine.checks.refused - refusedTold);
    refusedTold = engine.checks.refused;
    const graph = liveGraph(engine, clock.now() - engine.now.atMs);
    const { flowing, troubled, watermarkMs } = graph.sources;
    const at = { partition: String(partition) };
    for (const [state, n] of Object.entries({ flowing, ...troubled })) sources.set(n, { ...at, state });
    if (watermarkMs !== null) watermark.set(Math.max(0, engine.now.atMs - watermarkMs), at);
    bus.nc.publish(subjects.liveGraph, JSON.stringify(graph));
    for (const file of engine.files.values())
      bus.nc.publish(subjects.liveEvidence(file.id), JSON.stringify(liveEvidence(engine, file, sent)));
    if (engine.files.size === 0) sent.clear();
  };

  const consume = async (): Promise<void> => {
    let unacked = 0;
    let ackedMs = 0;
    for await (const m of follower.read()) {
      heardMs = clock.now();
      const message = messageOf(m);
      const inputs = await resolve(engine, message);
      let told = 0;
      if ('fault' in inputs) count.refused.add(1, { reason: inputs.fault });
      else
        for (const input of inputs) {
          // Learning what is announced takes as long whatever is shed.
          if (input.kind === 'frame') engine.shedWanted = load.take(clock.now(), message.atMs);
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
  const done = consume();
  return {
    engine,
    done,
    stop: async () => {
      listening.cancel();
      await follower.stop();
      await done.catch(() => undefined);
    },
  };
};
