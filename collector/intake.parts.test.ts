// What the collector does with messages that are not plain: frames before their schema, frames nobody can read, events, a table that was emptied.
import { type Bus, connectBus, createSelfMetrics, ensureStreams, realClock, type SelfMetrics } from '@fenghuo/kit';
import { startTestClickHouse, startTestNats, type TestClickHouse, type TestNats } from '@fenghuo/kit/testing';
import { deadLetterHeaders, deadLetterStream, hash64, schemasBucket, subjects } from '@fenghuo/rules/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ingest, ingestPartition } from './ingest.ts';
import { Schemas } from './schemas.ts';
import { probeLedgers, type Store } from './store/index.ts';
import { eventually } from './testing/process.ts';
import { Sender } from './testing/sender.ts';
import { openTestStore } from './testing/store.ts';

let nats: TestNats;
let clickhouse: TestClickHouse;
let bus: Bus;
let store: Store;
let self: SelfMetrics;
let ingest: Ingest;
const FROM_MS = 1_800_000_000_000;

const start = async (): Promise<Ingest> => {
  const bucket = await bus.kvm.open(schemasBucket);
  return ingestPartition(0, {
    bus,
    store,
    schemas: new Schemas(async (hash) => (await bucket.get(hash))?.json(), realClock),
    clock: realClock,
    log: pino({ level: 'silent' }),
    self,
    keep: async (schema) => void (await bucket.put(schema.hash, JSON.stringify(schema))),
  });
};
const stored = async (sender: Sender) => (await probeLedgers(store)).get(hash64(sender.schema.probe));
const isStored = (sender: Sender): Promise<boolean> =>
  eventually(8_000, async () => (await stored(sender))?.count === sender.ledger.count);
const publish = async (subject: string, body: Uint8Array | string): Promise<number> =>
  (await bus.publish(subject, body)).seq;
/** Letters of a reason: headers and body. */
const letters = async (reason: string) => {
  const found: { readonly headers: Record<string, string>; readonly body: string }[] = [];
  const { state } = await bus.jsm.streams.info(deadLetterStream);
  for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
    const letter = await bus.jsm.streams.getMessage(deadLetterStream, { seq });
    if (letter?.subject !== subjects.deadLetter(reason)) continue;
    const names = Object.values(deadLetterHeaders);
    found.push({
      headers: Object.fromEntries(names.map((name) => [name, letter.header.get(name)])),
      body: letter.string(),
    });
  }
  return found;
};

beforeAll(async () => {
  [nats, clickhouse] = await Promise.all([startTestNats(), startTestClickHouse()]);
  bus = await connectBus(nats.config('collector'), 'test');
  await ensureStreams(bus, { partitions: 1 });
  store = await openTestStore(clickhouse);
  self = createSelfMetrics('test');
  ingest = await start();
});
afterAll(async () => {
  await ingest?.stop();
  await store?.close();
  await bus?.close();
  await nats?.stop();
  await clickhouse?.stop();
});

it('keeps frames that arrive before their schema, whether it comes in the stream or is asked for by its hash', async () => {
  const [late, asked] = [new Sender(bus, 'heron@1', 20), new Sender(bus, 'lotus@1', 20)];
  const bucket = await bus.kvm.open(schemasBucket);
  await late.send(FROM_MS);
  await asked.send(FROM_MS);
  await realClock.sleep(700);
  await late.announce();
  await bucket.put(asked.schema.hash, JSON.stringify(asked.schema));
  await late.send(FROM_MS + 1_000);
  expect([await isStored(late), await isStored(asked)]).toEqual([true, true]);
  expect([await stored(late), await stored(asked)]).toEqual([late.ledger, asked.ledger]);
  expect(await letters('schema_unknown')).toEqual([]);
});

it('keeps nothing of an early look: the frame of its tick tells the whole of it', async () => {
  const plover = new Sender(bus, 'plover@1', 20);
  await plover.announce();
  await plover.send(FROM_MS);
  await publish(subjects.early(0, 'plover@1'), plover.last);
  await plover.send(FROM_MS + 1_000);
  expect(await isStored(plover)).toBe(true);
  expect(await stored(plover)).toEqual(plover.ledger);
  expect(await letters('subject_unknown')).toEqual([]);
});

it('refuses what cannot be read, with the reason and where it stood, and stores what comes beside it', async () => {
  const good = new Sender(bus, 'crane@1', 20);
  const stranger = new Sender(bus, 'stranger@1', 20);
  await good.announce();
  const unknown = await publish(subjects.frame(0, 'stranger@1'), stranger.frame(FROM_MS).bytes);
  await good.send(FROM_MS);
  const short = await publish(subjects.frame(0, 'crane@1'), new Uint8Array([1, 2, 3]));
  const far = await publish(subjects.frame(0, 'crane@1'), good.frame(8e15).bytes);
  const odd = await publish('fh.t.0.gossip.crane', 'hello');
  const event = await publish(subjects.event(0), JSON.stringify({ kind: 'wedding', what: 'x' }));
  const schema = await publish(subjects.schema(0, 'crane@1'), '{"v":1}');
  // Sent again, for its sender did not hear that it was stored.
  await publish(subjects.frame(0, 'crane@1'), good.last);
  await good.send(FROM_MS + 1_000);
  expect(await isStored(good)).toBe(true);
  expect(await stored(good)).toEqual(good.ledger);
  const at = (reason: string, subject: string, seq: number) => [
    expect.objectContaining({
      headers: {
        [deadLetterHeaders.reason]: reason,
        [deadLetterHeaders.subject]: subject,
        [deadLetterHeaders.stream]: 'TELEMETRY-0',
        [deadLetterHeaders.seq]: String(seq),
      },
    }),
  ];
  expect(await letters('schema_unknown')).toEqual(at('schema_unknown', subjects.frame(0, 'stranger@1'), unknown));
  expect(await letters('frame_short')).toEqual(at('frame_short', subjects.frame(0, 'crane@1'), short));
  expect(await letters('frame_time')).toEqual(at('frame_time', subjects.frame(0, 'crane@1'), far));
  expect(self.prometheus()).toContain('fenghuo_collector_repeated_total{service="test"} 1');
  expect(await letters('subject_unknown')).toEqual(at('subject_unknown', 'fh.t.0.gossip.crane', odd));
  expect(await letters('event_invalid')).toEqual(at('event_invalid', subjects.event(0), event));
  expect(await letters('schema_invalid')).toEqual(at('schema_invalid', subjects.schema(0, 'crane@1'), schema));
  for (const reason of ['schema_unknown', 'frame_short', 'frame_time', 'subject_unknown', 'event_invalid'])
    expect(self.prometheus()).toContain(`fenghuo_collector_refused_total{service="test",reason="${reason}"} 1`);
});

it('stores nothing twice though all rows have expired, and says so to whoever starts again', async () => {
  // At its start a rollup notes where raw stands.
  await ingest.stop();
  ingest = await start();
  const noted = async (): Promise<number> =>
    Number((await store.rows<{ n: string }>("SELECT max(seq) AS n FROM positions WHERE of = 'frames'"))[0]?.n);
  expect(await eventually(8_000, async () => (await noted()) > 0)).toBe(true);
  await ingest.stop();
  for (const table of ['frames', 'rollup_1m', 'rollup_1h']) await store.run(`TRUNCATE TABLE ${table}`);
  ingest = await start();
  const next = new Sender(bus, 'ibis@1', 20);
  await next.announce();
  await next.send(FROM_MS);
  expect(await isStored(next)).toBe(true);
  expect(Object.fromEntries(await probeLedgers(store))).toEqual({ [hash64('ibis@1')]: next.ledger });
});

it('knows a frame that is sent again to a collector which was started since', async () => {
  const egret = new Sender(bus, 'egret@1', 20);
  await egret.announce();
  await egret.send(FROM_MS);
  expect(await isStored(egret)).toBe(true);
  await ingest.stop();
  await publish(subjects.frame(0, 'egret@1'), egret.last);
  ingest = await start();
  await egret.send(FROM_MS + 1_000);
  expect(await isStored(egret)).toBe(true);
  expect(await stored(egret)).toEqual(egret.ledger);
});
