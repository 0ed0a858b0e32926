// What a request became, onto NATS; the request is answered only when JetStream has acknowledged all of it.
import type { Bus, Clock, SelfMetrics } from '@fenghuo/kit';
import { partitionOf, subjects } from '@fenghuo/rules/contract';
import { receiveLimits } from './limits.ts';
import type { Request } from './recall.ts';
import { Refusal } from './refusal.ts';
import type { Harvest } from './source.ts';
import type { VirtualProbe } from './virtual-probe.ts';

/** Frames of refused requests whose sequence numbers are kept for when they are sent again. */
const UNSURE_MAX = 65_536;

export type Publish = (harvest: Harvest, request?: Request) => Promise<void>;
export type PublishParts = {
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  readonly self: SelfMetrics;
  readonly partitions: number;
};

/**
 * Publishes announcements, then frames, in order. A frame's message id is its request's and its number in there, or its content where
 * nobody asked: what is sent again within JetStream's window is stored once. Rejects with Refusal `bus_full` or `bus_away`.
 */
export const publisher = ({ bus, clock, self, partitions }: PublishParts): Publish => {
  const repeated = self.counter('fenghuo.receive.repeated', '{frame}', 'frames that JetStream had already');
  const unsure = new Map<string, number>();
  const number = (probe: VirtualProbe, msgId: string): number => {
    const id = `${msgId} ${probe.id}`;
    const known = unsure.get(id);
    if (known === undefined) return probe.sequence++;
    unsure.delete(id);
    return known;
  };
  return async ({ schemas, frames }, request) => {
    const next = [...(request?.next ?? [])];
    const sent: [id: string, sequence: number][] = [];
    const acks: Promise<unknown>[] = [];
    const timeoutMs = receiveLimits.publishMsMax;
    for (const { probe, schema } of schemas)
      announced(
        probe,
        bus.publish(subjects.schema(partitionOf(schema.probe, partitions), schema.probe), JSON.stringify(schema), {
          msgId: `${schema.probe}-${schema.hash}`,
          timeoutMs,
        }),
      );
    // Frames that nobody can read are not taken, whichever request announced their columns.
    const needed = new Set([...schemas, ...frames].flatMap(({ probe }) => probe.announcing ?? []));
    acks.push(...needed);
    for (const { probe, bytes } of frames) {
      const partition = partitionOf(probe.id, partitions);
      const k = next[partition] ?? 0;
      next[partition] = k + 1;
      const msgId = request === undefined ? contentId(bytes) : frameId(request.id, k);
      const sequence = number(probe, msgId);
      sent.push([`${msgId} ${probe.id}`, sequence]);
      new DataView(bytes.buffer, bytes.byteOffset).setUint32(SEQUENCE_AT, sequence, true);
      const subject = subjects.frame(partition, probe.id);
      acks.push(bus.publish(subject, bytes, { msgId, timeoutMs }).then((ack) => ack.duplicate && repeated.add(1)));
    }
    try {
      await within(clock, Promise.all(acks), timeoutMs);
    } catch (error) {
      for (const ack of acks) ack.catch(() => undefined);
      for (const [id, sequence] of sent) {
        if (unsure.size >= UNSURE_MAX) unsure.delete(unsure.keys().next().value ?? '');
        unsure.set(id, sequence);
      }
      throw busRefusal(error);
    }
  };
};

/** An announcement is owed until NATS has acknowledged it: one that was lost is told anew with the probe's next frame. */
const announced = (probe: VirtualProbe, ack: Promise<unknown>): void => {
  probe.announcing = ack;
  const over = (): void => {
    if (probe.announcing === ack) probe.announcing = undefined;
  };
  ack.then(over, () => {
    probe.isChanged = true;
    over();
  });
};

/** What NATS did not acknowledge, as the sender is told. */
export const busRefusal = (error: unknown): Refusal => {
  const text = error instanceof Error ? error.message : String(error);
  const isFull = /maximum (bytes|messages)|insufficient|resource/i.test(text);
  return new Refusal(
    isFull ? 'bus_full' : 'bus_away',
    isFull ? 'the stream is full until its readers have caught up' : `not acknowledged by NATS: ${text}`,
    receiveLimits.retryAfterSeconds,
  );
};

/** Id of the message of a request's frame: its number among the request's frames in its partition. */
export const frameId = (request: string, k: number): string => `${request}-${k}`;

const SEQUENCE_AT = 32;

/** Two 32-bit digests of a frame whose sequence is still 0, and its length. */
const contentId = (bytes: Uint8Array): string => {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  let a = 0x811c9dc5;
  let b = 0x2545f491;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b + word, 0x9e3779b1);
    b ^= b >>> 13;
  }
  return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}-${bytes.length.toString(36)}`;
};

/** Rejects where `work` takes longer than `ms`. */
export const within = async <T>(clock: Clock, work: Promise<T>, ms: number): Promise<T> => {
  let timer: { cancel(): void } | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = clock.after(ms, () => reject(new Error(`no answer within ${ms} ms`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer?.cancel();
  }
};
