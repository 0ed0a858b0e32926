// What the collector before this one had stored of a request: a sender whose answer was lost in a crash sends again to whoever takes its place.
// Frames carry the request's id and count from 0, so NATS itself is asked, by ids that it knows for six minutes; no list is kept anywhere.
import { createHash } from 'node:crypto';
import type { Bus, Clock } from '@fenghuo/kit';
import {
  decodeFrame,
  type FrameSchema,
  frameSchema,
  limits,
  parseTelemetrySubject,
  schemasBucket,
  subjects,
  telemetryStream,
} from '@fenghuo/rules/contract';
import { JetStreamApiError } from '@nats-io/jetstream';
import { receiveLimits } from './limits.ts';
import { busRefusal, frameId, within } from './publish.ts';
import { Refusal } from './refusal.ts';

/** A request with what is stored of it already. */
export type Request = {
  /** The same whoever receives it: of its source and its bytes. */
  readonly id: string;
  /** By partition: the number of its next frame. */
  readonly next: readonly number[];
  /** Whether a sample is stored. Absent where nothing is. */
  readonly has?: (series: string, timeMs: number) => boolean;
};
export type Recall = (source: string, bytes: Uint8Array) => Promise<Request>;
export type RecallParts = {
  readonly bus: Pick<Bus, 'publish' | 'jsm' | 'kvm'>;
  readonly clock: Clock;
  readonly partitions: number;
};

/** Ids that are asked for at once: a full stream refuses a frame and may take the next one, so the first unknown one is not the end. */
const ASKED_AT_ONCE = 4;
/** No stream comes so far: NATS looks for the id first, and then refuses to store the question. */
const NEVER = { 'Nats-Expected-Last-Sequence': String(Number.MAX_SAFE_INTEGER) };
const WRONG_LAST_SEQUENCE = 10_071;
/** Announcements of a probe that are looked through for a schema that is kept nowhere yet. */
const LOOKS_MAX = 256;
/** Requests that were found to be known: they go on to be asked for as long as NATS knows them. */
const KNOWN_MAX = 10_000;

/**
 * Asks for requests that come while NATS may know frames of a collector before this one, `limits.duplicateWindowMs` after the start.
 * Rejects with Refusal `bus_away` where that cannot be told now.
 */
export const recaller = ({ bus, clock, partitions }: RecallParts): Recall => {
  const untilMs = clock.monotonic() + limits.duplicateWindowMs;
  const none = new Array<number>(partitions).fill(0);
  const known = new Set<string>();
  return async (source, bytes) => {
    const id = createHash('sha1').update(`${source}\n`).update(bytes).digest('base64url');
    if (clock.monotonic() > untilMs && !known.has(id)) return { id, next: none };
    const stored = new Set<string>();
    const recalled = none.map((_, partition) => ofPartition(bus, partition, id, stored));
    let next: number[];
    try {
      next = await within(clock, Promise.all(recalled), receiveLimits.publishMsMax);
    } catch (error) {
      for (const one of recalled) one.catch(() => undefined);
      throw error instanceof Refusal ? error : busRefusal(error);
    }
    if (next.every((n) => n === 0)) return { id, next };
    if (known.size >= KNOWN_MAX) known.delete(known.values().next().value ?? '');
    known.add(id);
    return { id, next, has: (series, timeMs) => stored.has(sampleKey(series, timeMs)) };
  };
};

const sampleKey = (series: string, timeMs: number): string => `${series} ${timeMs}`;

/** Puts into `stored` which samples of a request a partition holds; answers the number of the request's next frame there. */
const ofPartition = async (
  bus: RecallParts['bus'],
  partition: number,
  request: string,
  stored: Set<string>,
): Promise<number> => {
  let [from, next] = [0, 0];
  do {
    from = next;
    const ids = Array.from({ length: ASKED_AT_ONCE }, (_, i) => frameId(request, from + i));
    const seqs = await Promise.all(ids.map((id) => placeOf(bus, partition, id)));
    for (const [i, seq] of seqs.entries()) {
      if (seq === undefined) continue;
      next = from + i + 1;
      await addSamples(bus, partition, seq, stored);
    }
    // A batch whose last one is unknown was the last.
  } while (next === from + ASKED_AT_ONCE);
  return next;
};

/** Where the message of an id stands in its stream, undefined where NATS knows none. */
const placeOf = async (bus: RecallParts['bus'], partition: number, msgId: string): Promise<number | undefined> => {
  try {
    const timeoutMs = receiveLimits.publishMsMax;
    const ack = await bus.publish(subjects.frame(partition, 'recall'), '', { msgId, timeoutMs, headers: NEVER });
    if (ack.duplicate) return ack.seq;
    throw new Error(`a stream took a question for sequence ${ack.seq}`);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE) return undefined;
    throw error;
  }
};

const addSamples = async (
  bus: RecallParts['bus'],
  partition: number,
  seq: number,
  stored: Set<string>,
): Promise<void> => {
  const message = await bus.jsm.streams.getMessage(telemetryStream(partition), { seq });
  const frame = message === null ? undefined : decodeFrame(message.data);
  if (message === null || frame === undefined || 'fault' in frame) return;
  const schema = await schemaOf(bus, partition, message.subject, frame.schema);
  for (const [i, value] of frame.values.entries()) {
    const column = schema.columns[(frame.first ?? 0) + i];
    if (column !== undefined && !Number.isNaN(value)) stored.add(sampleKey(column.id, frame.timeMs));
  }
};

/** The schema of a frame: kept by its hash once a collector has stored it; until then it stands before the frame in the stream. */
const schemaOf = async (
  bus: RecallParts['bus'],
  partition: number,
  subject: string,
  hash: string,
): Promise<FrameSchema> => {
  const kept = await (await bus.kvm.open(schemasBucket)).get(hash);
  const parsed = frameSchema.safeParse(kept === null ? undefined : kept.json());
  if (parsed.success) return parsed.data;
  const told = subjects.schema(partition, parseTelemetrySubject(subject)?.probe ?? '');
  for (let seq = 1, looks = 0; looks < LOOKS_MAX; looks++) {
    const message = await bus.jsm.direct.getMessage(telemetryStream(partition), { seq, next_by_subj: told });
    if (message === null) break;
    const announced = frameSchema.safeParse(message.json());
    if (announced.success && announced.data.hash === hash) return announced.data;
    seq = message.seq + 1;
  }
  throw new Refusal('bus_away', 'what was stored of this request is not known yet', receiveLimits.retryAfterSeconds);
};
