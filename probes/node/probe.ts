// The probe of one process: spans, meters and the process itself → one frame a second; flags under leases the other way.
import {
  type BusinessBatch,
  type FlagReport,
  type FrameSchema,
  limits,
  partitionOf,
  type Resource,
  schemasBucket,
  subjects,
} from '@fenghuo/rules/contract';
import { Assembler } from './assemble.ts';
import { Business } from './business.ts';
import { callPoints, earlyPoints } from './call-points.ts';
import { Calls } from './calls.ts';
import type { ProbeClock } from './clock.ts';
import type { ProbeConfig } from './config.ts';
import { Degrade } from './degrade.ts';
import { keepWatching } from './flags.ts';
import { openLink } from './link.ts';
import { meterPoints, type TickReader } from './meter-points.ts';
import { Outbox } from './outbox.ts';
import type { Point } from './point.ts';
import { ProcessPoints } from './process-points.ts';
import { selfPoints } from './self-points.ts';
import { nextTick } from './tick.ts';

const ANNOUNCE_EVERY_TICKS = 30;
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

export type Probe = {
  readonly calls: Calls;
  readonly degrade: Degrade;
  readonly business: Business;
  /** Sends the figures of the second that has begun; for a process about to end. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts ticking. Nothing here throws into the app or keeps it alive; what goes wrong is counted. */
export const startProbe = (config: ProbeConfig, clock: ProbeClock, reader: TickReader): Probe => {
  const id = `${config.service}@${config.instance}`;
  const incarnation = Math.floor(clock.now());
  const partition = partitionOf(id, config.partitions);
  const calls = new Calls();
  const own = new ProcessPoints();
  const link = openLink(config, clock);
  const outbox = new Outbox(link.send, clock, {
    framesMax: config.bufferFramesMax,
    bytesMax: limits.probeBufferBytesMax,
  });
  const assembler = new Assembler(id, incarnation, resourceOf(config));
  let reports = 0;
  const report = (of: Omit<FlagReport, 'v' | 'probe' | 'service' | 'atMs'>): void =>
    outbox.put({
      subject: subjects.flagReport(partition, id),
      bytes: encode({ v: 1, probe: id, service: config.service, ...of, atMs: clock.now() } satisfies FlagReport),
      id: `${id}-${incarnation}-r${reports++}`,
    });
  const degrade = new Degrade(config.service, clock, report);
  const business = new Business(() => clock.now());
  let batches = 0;
  const tellBusiness = (): void => {
    const events = business.take();
    if (events.length === 0) return;
    const batch = { v: 1, probe: id, service: config.service, events } satisfies BusinessBatch;
    outbox.put({
      subject: subjects.business(partition, id),
      bytes: encode(batch),
      id: `${id}-${incarnation}-b${batches++}`,
    });
  };

  // A new connection may lead to another server, that knows nothing of us.
  let newToServer = true;
  let ticksSinceAnnounced = 0;
  let announced = 0;
  link.onConnect((nc) => {
    newToServer = true;
    outbox.resume();
    keepWatching(nc, config.service, clock, degrade.take.bind(degrade));
  });
  const announce = (schema: FrameSchema, keep: boolean): void => {
    const bytes = encode(schema);
    const put = (subject: string): void => outbox.put({ subject, bytes, id: `${id}-${incarnation}-s${announced++}` });
    put(subjects.schema(partition, id));
    if (keep) put(`$KV.${schemasBucket}.${schema.hash}`);
    ticksSinceAnnounced = 0;
  };
  const tick = async (timeMs: number): Promise<void> => {
    const points: Point[] = [];
    const emit = (point: Point): void => void points.push(point);
    callPoints(calls, clock.monotonic(), emit);
    own.emitAll(clock.monotonic(), emit);
    meterPoints((await reader.collect()).resourceMetrics, emit);
    points.push(...selfPoints(outbox, assembler, business));
    tellBusiness();
    const lost = outbox.takeLost();
    const { frame, schema, schemaIsNew } = assembler.assemble(timeMs, points, [...calls.listens], lost);
    // While nothing gets through, the schemas that wait need no repetition.
    const due = (newToServer || ticksSinceAnnounced++ >= ANNOUNCE_EVERY_TICKS) && !outbox.waits;
    if (schemaIsNew || due) announce(schema, schemaIsNew || newToServer);
    if (due) newToServer = false;
    outbox.put({
      subject: subjects.frame(partition, id),
      bytes: frame,
      tells: lost,
    });
  };
  /** Half way through a tick: how calls in trouble have fared in it. Whoever waits for the bus has older things to tell. */
  const early = (timeMs: number): void => {
    if (stopped || outbox.waits) return;
    const points: Point[] = [];
    earlyPoints(calls, clock.monotonic(), (point) => void points.push(point));
    const bytes = points.length === 0 ? undefined : assembler.early(timeMs, points);
    if (bytes !== undefined) link.tell(subjects.early(partition, id), bytes);
  };
  // Each probe a little later than the next, so that a host's probes do not all wake at once.
  const phase = parseInt(config.instance.replace(/\D/g, '').slice(-4) || '0', 10) % 120;
  let lastMs: number | undefined;
  let flushedMs: number | undefined;
  let stopped = false;
  const plan = (): void => {
    if (stopped) return;
    const now = clock.now();
    const next = nextTick(now, lastMs);
    lastMs = next;
    clock.after(next - now + phase, () => {
      if (next !== flushedMs) tick(next).catch(() => undefined);
      clock.after(limits.earlyMs, () => early(next + limits.earlyMs));
      plan();
    });
  };
  plan();
  return {
    calls,
    degrade,
    business,
    flush: async () => {
      if (lastMs === undefined || flushedMs === lastMs) return;
      flushedMs = lastMs;
      await tick(lastMs).catch(() => undefined);
      outbox.resume();
    },
    stop: async () => {
      stopped = true;
      await link.close();
    },
  };
};

const resourceOf = ({ service, instance, version, namespace, environment, host }: ProbeConfig): Resource => ({
  service,
  instance,
  host,
  ...(version === undefined ? {} : { version }),
  ...(namespace === undefined ? {} : { namespace }),
  ...(environment === undefined ? {} : { environment }),
});
