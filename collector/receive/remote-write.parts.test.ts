// Remote-write through a real collector: acknowledged means stored, once; each refusal by its status; bombs and slow senders within limits.
import { createConnection } from 'node:net';
import { realClock } from '@fenghuo/kit';
import { sourcesOverview } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestCollector, type TestCollector, TOKEN } from './testing/collector.ts';
import { encodeWrite1, encodeWrite2, snappied, type WriteSeries } from './testing/encode.ts';

const PATH = '/api/v1/write';
const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';
let to: TestCollector;

const write1 = (series: readonly WriteSeries[]) => to.post(PATH, snappied(encodeWrite1(series)));
const sums = (metric: string, count: number) =>
  to.rows<{ id: string; n: string; total: number; low: number; high: number }>(
    `SELECT d.attributes['id'] AS id, count() AS n, sum(value) AS total, min(value) AS low, max(value) AS high
    FROM samples AS s INNER JOIN series AS d FINAL ON d.series = s.series WHERE d.metric = '${metric}' GROUP BY id ORDER BY toUInt32OrZero(id)`,
    (rows) => rows.reduce((all, row) => all + Number(row.n), 0) >= count,
  );
const fleet = (metric: string, value: (i: number) => number, timeMs = Date.now()): WriteSeries[] =>
  Array.from({ length: 300 }, (_, i) => ({
    labels: { __name__: metric, job: 'pay', instance: `h${i % 3}`, id: String(i) },
    samples: [{ value: value(i), timeMs }],
  }));
const metric = async (name: string, labels: string): Promise<number> => {
  const text = await (await fetch(`${to.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(name) && one.includes(labels));
  return Number(line?.split(' ').at(-1) ?? 0);
};

describe('remote-write at the collector', () => {
  beforeAll(async () => {
    to = await startTestCollector(3_310, {
      FENGHUO_INGEST_KEYS: 'slow=slow-slow-slow=10',
      FENGHUO_INGEST_SERIES_MAX: '5000',
    });
  });
  afterAll(() => to.stop());

  it('stores 1.0 and 2.0 exactly', async () => {
    expect((await write1(fleet('one', (i) => i + 0.1))).status).toBe(204);
    const two = await to.post(PATH, snappied(encodeWrite2(fleet('two', (i) => -1 - i))), { 'content-type': V2 });
    expect([two.status, two.headers.get('x-prometheus-remote-write-samples-written')]).toEqual([204, '300']);
    const stored = await sums('one', 300);
    expect(stored.map(({ id, total }) => [Number(id), total])).toEqual(fleet('', () => 0).map((_, i) => [i, i + 0.1]));
    expect((await sums('two', 300)).map(({ total }) => total)).toEqual(fleet('', () => 0).map((_, i) => -1 - i));
  });

  it('stores a request that is sent twice once', async () => {
    const body = snappied(encodeWrite1(fleet('twice', (i) => i)));
    expect((await to.post(PATH, body)).status).toBe(204);
    expect((await to.post(PATH, body)).status).toBe(204);
    await sums('twice', 300);
    await realClock.sleep(1_500);
    expect((await sums('twice', 300)).every(({ n }) => n === '1')).toBe(true);
  });

  it('answers each refusal by its status, with the reason, and counts it', async () => {
    const good = snappied(encodeWrite1(fleet('good', () => 1)));
    const status = async (body: Uint8Array, headers: Record<string, string>): Promise<string> => {
      const response = await to.post(PATH, body, headers);
      return `${response.status} ${(await response.text()).split(':')[0]}`;
    };
    expect(await status(good, { authorization: 'Bearer wrong' })).toBe('401 unauthorized');
    expect(await status(good, { authorization: '', 'x-api-key': TOKEN })).toBe('204 ');
    expect(await status(good, { 'content-type': 'application/json' })).toBe('415 type_unsupported');
    expect(await status(good, { 'content-encoding': 'zstd' })).toBe('415 encoding_unsupported');
    expect(await status(good.subarray(0, 40), {})).toBe('400 snappy_corrupt');
    expect(await status(snappied(Uint8Array.of(0x0a, 0xff, 0x01)), {})).toBe('400 protobuf_corrupt');
    expect(await status(new Uint8Array(9 * 1_048_576), {})).toBe('413 body_too_large');
    // A block that claims 2 GB, and one of 200 MB that really is one.
    expect(await status(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 0, 0), {})).toBe('413 body_too_large');
    expect(await status(snappied(new Uint8Array(100 * 1_048_576)), {})).toBe('413 body_too_large');
    expect(await metric('fenghuo_receive_refused_total', 'reason="snappy_corrupt"')).toBe(1);
  });

  it('lets the sender of a large body read why it was refused, each time', async () => {
    const large = new Uint8Array(6 * 1_048_576);
    for (let i = 0; i < 20; i++) {
      const response = await to.post(PATH, large, { authorization: 'Bearer wrong' });
      expect([response.status, await response.text()]).toEqual([401, expect.stringContaining('unauthorized')]);
    }
    const tooLarge = new Uint8Array(9 * 1_048_576);
    for (let i = 0; i < 20; i++) {
      const response = await to.post(PATH, tooLarge);
      expect([response.status, await response.text()]).toEqual([413, expect.stringContaining('body_too_large')]);
    }
  });

  it('tells a key over its quota when to come back', async () => {
    const as = { authorization: 'Bearer slow-slow-slow' };
    expect((await to.post(PATH, snappied(encodeWrite1(fleet('slow', () => 1))), as)).status).toBe(204);
    const refused = await to.post(PATH, snappied(encodeWrite1(fleet('slow', () => 2))), as);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await write1(fleet('slow', () => 3))).status).toBe(204);
  });

  it('says who sends what, what was refused, and how far the store is behind', async () => {
    const sources = async (headers: Record<string, string>): Promise<Response> =>
      fetch(`${to.url}/api/v1/sources`, { headers });
    expect((await sources({})).status).toBe(401);
    const late = fleet('late', () => 1, Date.now() - 3 * 86_400_000);
    expect((await write1(late)).status).toBe(400);
    const said = sourcesOverview.parse(await (await sources({ authorization: `Bearer ${TOKEN}` })).json());
    const own = said.sources.find(({ name }) => name === 'default');
    expect(own).toMatchObject({ seriesMax: 5_000, widest: { label: 'id' } });
    expect(own!.samples).toBeGreaterThanOrEqual(600);
    expect(own!.refused).toContainEqual({ reason: 'time_behind', count: 300, lastMs: expect.any(Number) });
    expect(said.partitions).toMatchObject([{ partition: 0, bytesMax: expect.any(Number) }]);
    expect(said.partitions[0]!.bytes).toBeGreaterThan(0);
    expect(said.underWay).toMatchObject({ requests: 0, bytes: 0 });
  });

  it('refuses a body of 2 GB by its length', async () => {
    const socket = createConnection(Number(new URL(to.url).port), '127.0.0.1');
    const said = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
    });
    const auth = `Authorization: Bearer ${TOKEN}\r\n`;
    socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 2147483648\r\n\r\nabc`);
    expect(await said).toContain('413');
    expect((await write1(fleet('after', () => 1))).status).toBe(204);
  });

  it('says 503 with Retry-After while NATS is away, and the repeat is stored once', async () => {
    const body = snappied(encodeWrite1(fleet('away', (i) => i)));
    await to.nats.kill();
    const refused = await to.post(PATH, body);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    await to.nats.restart();
    let status = 0;
    for (let i = 0; i < 60 && status !== 204; i++) {
      status = await to.post(PATH, body).then(
        (response) => response.status,
        () => 0,
      );
      if (status !== 204) await realClock.sleep(500);
    }
    expect(status).toBe(204);
    await sums('away', 300);
    await realClock.sleep(1_500);
    const stored = await sums('away', 300);
    expect([stored.length, stored.every(({ n }) => n === '1')]).toEqual([300, true]);
  });
});
