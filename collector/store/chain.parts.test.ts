// The chain against a real ClickHouse: of two inserts after one sequence the first counts, whoever is late, and everybody learns where it ends.
import { createSelfMetrics, realClock, virtualClock } from '@fenghuo/kit';
import { startTestClickHouse, type TestClickHouse } from '@fenghuo/kit/testing';
import { hash64 } from '@fenghuo/rules/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Batch, COLUMNS } from '../batch.ts';
import { Patience } from '../patience.ts';
import { Rollup } from '../rollup.ts';
import { storeConfig } from '../testing/store.ts';
import { Writer } from '../writer.ts';
import { append, chainEnd, noteEnd } from './chain.ts';
import { migrate, openStore, type Store } from './index.ts';
import { migrations } from './migrations.ts';
import { stretchMax } from './rollups.ts';

let clickhouse: TestClickHouse;
let store: Store;
const config = (database: string) => storeConfig(clickhouse, database);
const silent = pino({ level: 'silent' });
/** Days since 1970 on which the rows arrive: today, for others would expire. */
const DAY = Math.floor(realClock.now() / 86_400_000);
const FROM_MS = 1_800_000_000_000;
const big = (hex16: string): bigint => BigInt(`0x${hex16}`);
/** A schema of two series, 1 and 2. */
const origin = { probe: big(hash64('heron@1')), schema: 7n };

beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  await migrate(config('fenghuo'));
  store = openStore(config('fenghuo'));
  const row = {
    probe: origin.probe.toString(),
    schema: '7',
    ids: ['1', '2'],
    told: Math.floor(realClock.now() / 1_000),
  };
  await store.insertRows('schemas', [row], 'schema');
});
afterAll(async () => {
  await store?.close();
  await clickhouse?.stop();
});

/** Rows of a stream: how many, how many distinct (seq, series), the highest sequence. */
const held = async (stream: string) => {
  const [row] = await store.rows<{ rows: string; keys: string; last: string }>(
    `SELECT count() AS rows, uniqExact(seq, series) AS keys, max(seq) AS last FROM samples WHERE stream = ${BigInt(`0x${stream}`)}`,
  );
  return { rows: Number(row?.rows), keys: Number(row?.keys), last: Number(row?.last) };
};
const batchOf = (stream: string, from: number, to: number): Batch => {
  const batch = new Batch(big(stream));
  for (let seq = from; seq <= to; seq++) batch.add(seq, origin, FROM_MS + seq * 1_000, Float64Array.of(seq, -seq));
  return batch;
};
const put = (stream: string, after: number, batch: Batch, day = DAY): Promise<number> =>
  append(store, 'frames', stream, after, (token) => store.insertBlock('frames', COLUMNS, batch.block(day), token));

it('takes one insert after a sequence, and tells the late one where the chain ends', async () => {
  const stream = hash64('late');
  expect(await put(stream, 0, batchOf(stream, 1, 100))).toBe(100);
  // A collector that was killed had sent this; it commits now, and one that goes on from 100 comes later with more.
  expect(await put(stream, 100, batchOf(stream, 101, 140))).toBe(140);
  expect(await put(stream, 100, batchOf(stream, 101, 200))).toBe(140);
  expect(await put(stream, 140, batchOf(stream, 141, 200))).toBe(200);
  expect(await put(stream, 100, batchOf(stream, 101, 130))).toBe(200);
  expect(await held(stream)).toEqual({ rows: 400, keys: 400, last: 200 });
});

it('knows where it ended when all rows have expired', async () => {
  const stream = hash64('expired');
  await put(stream, 0, batchOf(stream, 1, 50), DAY + 40);
  await noteEnd(store, 'frames', stream, 50);
  await noteEnd(store, 'frames', stream, 30);
  await store.run(
    `ALTER TABLE frames DROP PARTITION '${new Date((DAY + 40) * 86_400_000).toISOString().slice(0, 10)}'`,
  );
  expect((await held(stream)).rows).toBe(0);
  expect(await chainEnd(store, 'frames', stream)).toBe(50);
});

it('stores each row once though two collectors write the same stream, and rolls it up once though two roll up', async () => {
  const stream = hash64('two');
  const last = 4_000;
  const self = createSelfMetrics('test');
  const collector = (stride: number) => {
    const patience = new Patience(realClock, silent);
    const writer = new Writer({
      store,
      clock: realClock,
      self,
      patience,
      stream,
      position: 0,
    });
    const rollup = new Rollup('rollup_1m', {
      store,
      clock: realClock,
      log: silent,
      stream,
      position: () => writer.position,
    });
    const write = async (): Promise<void> => {
      for (let seq = 1; seq <= last; seq++) {
        if (seq <= writer.position) continue;
        // Midnight passes in the middle: two that meet there must agree on the day.
        writer.began(seq, (DAY + (seq > last / 2 ? 1 : 0)) * 86_400_000);
        writer.add(seq, origin, FROM_MS + seq * 1_000, Float64Array.of(seq, -seq));
        if (seq % stride !== 0) continue;
        await writer.flush();
        if (seq % (stride * 5) === 0) await rollup.work();
      }
      await writer.flush();
      await rollup.work();
    };
    return write();
  };
  await Promise.all([collector(37), collector(53), collector(101)]);
  expect(await held(stream)).toEqual({ rows: 2 * last, keys: 2 * last, last });
  expect(self.prometheus(), 'they did meet').toMatch(/fenghuo_collector_overtaken_total\{[^}]*\} [1-9]/);
  const [sums] = await store.rows<{ count: string; sum: number; low: number; high: number }>(
    `SELECT sum(count) AS count, sum(sum) AS sum, min(min) AS low, max(max) AS high FROM rollup_1m WHERE stream = ${BigInt(`0x${stream}`)}`,
  );
  expect(sums).toEqual({ count: String(2 * last), sum: 0, low: -last, high: last });
});

it('rolls up what comes late and what is far off, in stretches, without reading anything else', async () => {
  const stream = hash64('far');
  const batch = batchOf(stream, 1, 300);
  batch.add(301, origin, 0, Float64Array.of(7, 8));
  batch.add(302, origin, 4_294_967_295_000, Float64Array.of(9, 10));
  await put(stream, 0, batch, DAY + 50);
  const roll = async (position: number): Promise<void> => {
    const rollup = new Rollup('rollup_1h', { store, clock: realClock, log: silent, stream, position: () => position });
    await rollup.work();
  };
  await roll(302);
  // Its raw has expired, then one more sample of the first hour comes: the hour keeps what it had.
  await store.run(
    `ALTER TABLE frames DROP PARTITION '${new Date((DAY + 50) * 86_400_000).toISOString().slice(0, 10)}'`,
  );
  const late = new Batch(big(stream));
  late.add(303, origin, FROM_MS + 1_000, Float64Array.of(0.5, 0.5));
  await put(stream, 302, late, DAY + 53);
  await roll(303);
  const rows = await store.rows<{ at: number; count: string; low: number }>(
    `SELECT toUnixTimestamp(ts) AS at, sum(count) AS count, min(min) AS low FROM rollup_1h WHERE stream = ${BigInt(`0x${stream}`)} GROUP BY ts ORDER BY ts`,
  );
  expect(rows).toEqual([
    { at: 0, count: '2', low: 7 },
    { at: FROM_MS / 1_000, count: '602', low: -300 },
    { at: 4_294_965_600, count: '2', low: 9 },
  ]);
});

it('rests between stretches, and does not keep whoever stops it waiting for that', async () => {
  const stream = hash64('tired');
  const far = stretchMax.rollup_1m + 5;
  await put(stream, 0, batchOf(stream, 1, 10), DAY);
  const more = new Batch(big(stream));
  more.add(far, origin, FROM_MS, Float64Array.of(1, 2));
  await put(stream, 10, more, DAY);
  // A clock that stands still: a rest would last for ever.
  const clock = virtualClock(FROM_MS);
  const { stop } = new Rollup('rollup_1m', { store, clock, log: silent, stream, position: () => far }).start();
  while ((await chainEnd(store, 'rollup_1m', stream)) === 0) await realClock.sleep(20);
  await stop();
  expect(await chainEnd(store, 'rollup_1m', stream)).toBe(stretchMax.rollup_1m);
});

it('brings tables of the first form to this one, with what they hold', async () => {
  const old = config('older');
  await migrate(
    old,
    migrations().filter(({ number }) => number <= 3),
  );
  const before = openStore(old);
  await before.run(
    `INSERT INTO samples_1m SELECT 5, toDateTime(today()) + number * 60, 60, 60 * number, 0, number, quantilesTDigestState(0.5, 0.9, 0.99)(toFloat64(number)), 1 FROM numbers(10) GROUP BY number`,
  );
  await before.run(
    `INSERT INTO samples (day, stream, seq, probe, series, ts, value) SELECT today(), 1, number + 1, 1, 5, toDateTime64(toDateTime(today()) + 480, 3) + number, 1 FROM numbers(120)`,
  );
  await migrate(old);
  await migrate(old);
  const [kept] = await before.rows<{ minutes: string; sum: number }>(
    'SELECT count() AS minutes, sum(sum) AS sum FROM rollup_1m FINAL',
  );
  expect(kept).toEqual({ minutes: '8', sum: 60 * 28 });
  expect(await chainEnd(before, 'frames', '0000000000000001')).toBe(120);
  const [raw] = await before.rows<{ rows: string; sum: number; series: string; seqs: string }>(
    'SELECT count() AS rows, sum(value) AS sum, any(series) AS series, uniqExact(seq) AS seqs FROM samples',
  );
  expect(raw).toEqual({ rows: '120', sum: 120, series: '5', seqs: '120' });
  const position = 120;
  const rollup = new Rollup('rollup_1m', {
    store: before,
    clock: realClock,
    log: silent,
    stream: '0000000000000001',
    position: () => position,
  });
  await rollup.work();
  expect(await before.rows('SELECT sum(count) AS count FROM rollup_1m WHERE ts >= toDateTime(today()) + 480')).toEqual([
    { count: '120' },
  ]);
  await before.close();
});
