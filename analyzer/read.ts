// Reading streams: a stretch of telemetry in order, the decision log, and schemas by hash. The only file that parses stored messages.
import type { Bus } from '@fenghuo/kit';
import {
  type Decision,
  decision,
  decisionsStream,
  type FrameSchema,
  frameSchema,
  schemasBucket,
} from '@fenghuo/rules/contract';
import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import type { Engine } from './engine.ts';
import { type Input, type Message, parseInput } from './input.ts';

/** A stored message with the stream's own sequence and time. */
export const messageOf = (m: JsMsg): Message => ({
  seq: m.seq,
  atMs: Math.floor(m.info.timestampNanos / 1e6),
  subject: m.subject,
  data: m.data,
});

/** Messages of a stream up to and including `toSeq`, from a sequence or from a time (epoch ms) on. */
export async function* readStream(
  bus: Bus,
  stream: string,
  from: { seq: number } | { timeMs: number },
  toSeq: number,
): AsyncGenerator<Message> {
  const { state } = await bus.jsm.streams.info(stream);
  if (state.messages === 0 || toSeq < state.first_seq) return;
  const start =
    'seq' in from
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, from.seq) }
      : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(from.timeMs).toISOString() };
  const until = Math.min(toSeq, state.last_seq);
  if ('seq' in from && from.seq > until) return;
  const consumer = await bus.js.consumers.get(stream, start);
  const info = await consumer.info();
  if (info.num_pending === 0) return;
  const messages = await consumer.consume({ max_messages: 1_000 });
  try {
    for await (const m of messages) {
      if (m.seq > until) return;
      yield messageOf(m);
      if (m.seq === until) return;
    }
  } finally {
    messages.stop();
  }
}

/** The whole decision log, oldest first. */
export const readDecisions = async (bus: Bus): Promise<Decision[]> => {
  const log: Decision[] = [];
  const text = new TextDecoder();
  for await (const { data } of readStream(bus, decisionsStream, { seq: 1 }, Number.MAX_SAFE_INTEGER)) {
    const parsed = decision.safeParse(JSON.parse(text.decode(data)));
    if (parsed.success) log.push(parsed.data);
  }
  return log;
};

export type Resolver = (engine: Engine, message: Message) => Promise<readonly Input[] | { readonly fault: string }>;

/** Parses messages; a frame whose schema the engine has not met is preceded by that schema out of the bucket. */
export const createResolver = async (bus: Bus): Promise<Resolver> => {
  const kv: KV = await bus.kvm.open(schemasBucket);
  // Asked once a while: a schema that is nowhere must not cost a request a frame.
  const missing = new Map<string, number>();
  return async (engine, message) => {
    const input = parseInput(message);
    if ('fault' in input) return input;
    if (input.kind !== 'frame' || engine.watch.layoutOf(input.frame.schema) !== undefined) return [input];
    const { seq, atMs, frame } = input;
    if (atMs - (missing.get(frame.schema) ?? 0) < 5_000) return { fault: 'schema_unknown' };
    const schema = await stored(kv, frame.schema);
    if (schema !== undefined) return [{ seq, atMs, kind: 'schema', schema }, input];
    if (missing.size > 1_000) missing.clear();
    missing.set(frame.schema, atMs);
    return { fault: 'schema_unknown' };
  };
};

const stored = async (kv: KV, hash: string): Promise<FrameSchema | undefined> => {
  const entry = await kv.get(hash);
  if (entry === null || entry.operation !== 'PUT') return undefined;
  const parsed = frameSchema.safeParse(entry.json());
  return parsed.success ? parsed.data : undefined;
};
