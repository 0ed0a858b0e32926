// Streams and buckets, made once and brought to these settings on every start. Their names are the contract's.

import {
  deadLetterStream,
  decisionsStream,
  flagsBucket,
  limits,
  schemasBucket,
  silencesBucket,
  spansStream,
  subjects,
  telemetryStream,
} from '@fenghuo/rules/contract';
import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';
import { OpsError } from './error.ts';

const nanos = (ms: number): number => ms * 1_000_000;
const day = 24 * 3_600_000;

const telemetry = (partition: number, partitions: number): Partial<StreamConfig> & { name: string } => ({
  name: telemetryStream(partition),
  subjects: [subjects.telemetry(partition)],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_age: nanos(limits.telemetryAgeMsMax),
  max_bytes: Math.floor(limits.telemetryBytesMax / partitions),
  max_msg_size: limits.messageBytesMax,
  // A full stream pushes back; it does not forget what nobody has read.
  discard: DiscardPolicy.New,
  duplicate_window: nanos(limits.duplicateWindowMs),
  allow_direct: true,
});

const decisions: Partial<StreamConfig> & { name: string } = {
  name: decisionsStream,
  subjects: [subjects.decisions],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  duplicate_window: nanos(10 * 60_000),
  deny_delete: true,
  allow_direct: true,
};

const spans: Partial<StreamConfig> & { name: string } = {
  name: spansStream,
  subjects: [subjects.spansAll],
  storage: StorageType.File,
  // On their way into the store: gone once they are in it. Like telemetry, a full stream pushes back.
  retention: RetentionPolicy.Workqueue,
  max_age: nanos(day),
  max_bytes: 512 * 1_024 ** 2,
  max_msg_size: limits.messageBytesMax,
  discard: DiscardPolicy.New,
  duplicate_window: nanos(limits.duplicateWindowMs),
};

const deadLetters: Partial<StreamConfig> & { name: string } = {
  name: deadLetterStream,
  subjects: [subjects.deadLetters],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  max_age: nanos(7 * day),
  max_bytes: 256 * 1_024 ** 2,
  max_msgs_per_subject: 100_000,
  // Dead letters are for reading by people: the newest say most, and their number is counted elsewhere.
  discard: DiscardPolicy.Old,
};

const ensure = async (bus: Bus, config: Partial<StreamConfig> & { name: string }): Promise<void> => {
  const found = await bus.jsm.streams.info(config.name).catch(() => undefined);
  try {
    if (found === undefined) await bus.jsm.streams.add(config);
    // A server that is killed while it writes a stream's settings has forgotten the stream's birth when it comes back, and readers would
    // begin anew: so nothing is written that stands already. deny_delete may not change once set: DECISIONS is left as it is.
    else if (!config.deny_delete && differs(found.config, config)) await bus.jsm.streams.update(config.name, config);
  } catch (cause) {
    throw new OpsError('bus_refused', `NATS refused stream ${config.name}`, {
      help: 'Check that JetStream is on, that its disk has room, and that this user may create streams.',
      cause,
    });
  }
};

const differs = (has: StreamConfig, wanted: Partial<StreamConfig>): boolean => {
  const settings: Readonly<Record<string, unknown>> = { ...has };
  return Object.entries(wanted).some(([name, value]) => JSON.stringify(settings[name]) !== JSON.stringify(value));
};

/** Makes every stream and bucket that Fenghuo uses; repeatable. Throws OpsError `bus_refused`. */
export const ensureStreams = async (bus: Bus, { partitions }: { partitions: number }): Promise<void> => {
  const all = Array.from({ length: partitions }, (_, p) => telemetry(p, partitions));
  await Promise.all([...all, decisions, spans, deadLetters].map((config) => ensure(bus, config)));
  await bus.kvm.create(flagsBucket, {
    history: 1,
    max_bytes: 16 * 1_024 ** 2,
    description: 'degrade flags under a lease',
  });
  await bus.kvm.create(silencesBucket, {
    history: 1,
    max_bytes: 16 * 1_024 ** 2,
    description: 'silences of pages',
  });
  // Longer than telemetry is kept: whoever replays a frame can still ask for its schema.
  await bus.kvm.create(schemasBucket, {
    history: 1,
    ttl: 14 * day,
    max_bytes: 1_024 ** 3,
    description: 'frame schemas by hash',
  });
};
