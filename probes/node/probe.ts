// The probe of one process: spans, meters and the process itself → one frame a second; flags under leases the other way.
import { type FlagReport, flagsBucket, limits, partitionOf, schemasBucket, subjects } from '@fenghuo/rules/contract';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { Assembler } from './assemble.ts';
import { callPoints } from './call-points.ts';
import { Calls } from './calls.ts';
import type { ProbeClock } from './clock.ts';
import type { ProbeConfig } from './config.ts';
import { Degrade } from './degrade.ts';
import { openLink } from './link.ts';
import { meterPoints, type TickReader } from './meter-points.ts';
import { Outbox } from './outbox.ts';
import type { Point } from './point.ts';
import { ProcessPoints } from './process-points.ts';

const ANNOUNCE_EVERY_TICKS = 30;
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export type Probe = { readonly calls: Calls; readonly degrade: Degrade; stop(): Promise<void> };

/** Starts ticking. Nothing here throws into the app or keeps it alive; what goes wrong is counted. */
export const startProbe = (config: ProbeConfig, clock: ProbeClock, reader: TickReader): Probe => {
  const id = `${config.service}@${config.instance}`;
  const incarnation = Math.floor(clock.now());
  const partition = partitionOf(id, config.partitions);
  const calls = new Calls();
  const own = new ProcessPoints();
  const link = openLink(config);
  const outbox = new Outbox(link.send, clock);
  const { service, instance, version, namespace, environment, host } = config;
  const assembler = new Assembler(id, incarnation, {
    service,
    instance,
    host,
    ...(version === undefined ? {} : { version }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(environment === undefined ? {} : { environment }),
  });
  let reports = 0;
  const report = (of: Omit<FlagReport, 'v' | 'probe' | 'service' | 'atMs'>): void =>
    outbox.put({
      subject: subjects.flagReport(partition, id),
      bytes: encode({ v: 1, probe: id, service, ...of, atMs: clock.now() } satisfies FlagReport),
      id: `${id}-${incarnation}-r${reports++}`,
    });
  const degrade = new Degrade(service, clock, report);
  let schemas: { put(key: string, bytes: Uint8Array): Promise<unknown> } | undefined;
  link.onConnect((nc) => {
    void openBuckets(nc, degrade, clock, service).then(
      (bucket) => {
        schemas = bucket;
      },
      () => undefined,
    );
  });

  let ticks = 0;
  let stopped = false;
  const tick = async (timeMs: number): Promise<void> => {
    const points: Point[] = [];
    const emit = (point: Point): void => void points.push(point);
    callPoints(calls, clock.now(), emit);
    own.emitAll(clock.now(), emit);
    meterPoints((await reader.collect()).resourceMetrics, emit);
    points.push(...selfPoints(outbox, assembler));
    const lost = outbox.takeLost();
    const { frame, sequence, schema, schemaIsNew } = assembler.assemble(timeMs, points, [...calls.listens], lost);
    if (schemaIsNew || ticks % ANNOUNCE_EVERY_TICKS === 0) {
      outbox.put({
        subject: subjects.schema(partition, id),
        bytes: encode(schema),
        id: `${id}-${incarnation}-s${sequence}`,
      });
      schemas?.put(schema.hash, encode(schema)).catch(() => undefined);
    }
    outbox.put({
      subject: subjects.frame(partition, id),
      bytes: frame,
      id: `${id}-${incarnation}-${sequence}`,
      tells: lost,
    });
    ticks++;
  };
  // Whole seconds, each probe a little later than the next, so that a host's probes do not all wake at once.
  const phase = parseInt(instance.replace(/\D/g, '').slice(-4) || '0', 10) % 120;
  const plan = (): void => {
    if (stopped) return;
    const now = clock.now();
    const next = Math.floor(now / limits.tickMs) * limits.tickMs + limits.tickMs;
    clock.after(next - now + phase, () => {
      tick(next).catch(() => undefined);
      plan();
    });
  };
  plan();
  return {
    calls,
    degrade,
    stop: async () => {
      stopped = true;
      await link.close();
    },
  };
};

const openBuckets = async (
  nc: NatsConnection,
  degrade: Degrade,
  clock: ProbeClock,
  service: string,
): Promise<{ put(key: string, bytes: Uint8Array): Promise<unknown> }> => {
  const kvm = new Kvm(jetstream(nc));
  const flags = await kvm.open(flagsBucket);
  const watch = await flags.watch({ key: `${service.replace(/[^-/_=a-zA-Z0-9]/g, '_')}.>` });
  void (async () => {
    for await (const entry of watch) {
      if (entry.operation !== 'PUT') continue;
      const ageMs = Math.max(0, clock.now() - entry.created.getTime());
      try {
        // An entry that arrives as it is written is taken by the app's own clock; skew must not shorten its lease.
        degrade.take(entry.json(), entry.isUpdate ? 0 : ageMs, entry.revision);
      } catch {
        // Not JSON: none of ours.
      }
    }
  })();
  return kvm.open(schemasBucket);
};

const selfPoints = (outbox: Outbox, assembler: Assembler): Point[] => {
  const point = (metric: string, unit: string, value: number): Point => ({
    metric,
    unit,
    kind: 'gauge',
    class: 'resource',
    attributes: {},
    value,
  });
  return [
    point('fenghuo.probe.outbox.size', '{message}', outbox.size),
    point('fenghuo.probe.messages.sent', '{message}', outbox.sent),
    point('fenghuo.probe.messages.dropped', '{message}', outbox.othersDropped),
    point('fenghuo.probe.frames.dropped', '{frame}', outbox.framesDropped),
    point('fenghuo.probe.points.folded', '{point}', assembler.folded),
  ];
};
