// What the REST interface answers: incidents, reports, stored series, silences; on a real NATS and a real ClickHouse.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, openStore, type StoreConfig } from '@fenghuo/collector/store';
import { realClock } from '@fenghuo/kit';
import { startTestClickHouse, type TestClickHouse } from '@fenghuo/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestConsole, type TestConsole, until } from '../testing/console.ts';

let clickhouse: TestClickHouse;
let options: StoreConfig;
let console: TestConsole;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  const { url, user, password } = clickhouse;
  options = { clickhouseUrl: url, clickhouseUser: user, clickhousePassword: password, clickhouseDatabase: 'fenghuo' };
  await migrate(options);
  console = await startTestConsole(options);
}, 60_000);
afterAll(async () => {
  await console.stop();
  await clickhouse.stop();
});
const items = z.object({ items: z.array(z.looseObject({ id: z.string() })), nextCursor: z.string().nullish() });

describe('reads', () => {
  it('list incidents by state, service and time, page by page', async () => {
    for (const id of ['r1', 'r2', 'r3']) await console.opens(id);
    await console.says('r2', { type: 'incident.state', from: 'open', to: 'closed', why: { en: 'x', zh: 'x' } });
    const list = async (query: string) => items.parse((await console.ask('GET', `/api/v1/incidents?${query}`)).json());
    await until(async () => (await list('state=closed')).items.some((one) => one.id === 'r2'));
    const first = await list('limit=2');
    expect(first.items.map((one) => one.id)).toEqual(['r3', 'r2']);
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    expect(second.items[0]?.id).toBe('r1');
    expect((await list('state=open,closed')).items.length).toBeGreaterThanOrEqual(3);
    expect((await list('service=nobody')).items).toEqual([]);
    expect((await list(`to=${new Date(0).toISOString()}`)).items).toEqual([]);
    for (const bad of ['state=happy', 'from=yesterday', 'cursor=zzz', 'limit=9999', 'colour=red'])
      expect((await console.ask('GET', `/api/v1/incidents?${bad}`)).status).toBe(400);
  });

  it('give the report in three formats and two languages', async () => {
    const report = async (query: string) => console.ask('GET', `/api/v1/incidents/r1/report?${query}`);
    expect((await report('')).text).toContain('# Incident report r1');
    expect((await report('lang=zh&format=html')).headers.get('content-type')).toContain('text/html');
    expect((await report('format=json')).json()).toMatchObject({ incident: 'r1' });
    expect((await report('format=pdf')).status).toBe(400);
  });

  it('find stored series and answer queries about a bounded stretch', async () => {
    const store = openStore(options);
    const id = 'fedcba9876543210';
    const decimal = BigInt(`0x${id}`).toString();
    const atMs = Math.floor(realClock.now() / 60_000) * 60_000 - 120_000;
    await store.insertRows(
      'series',
      [
        {
          series: decimal,
          metric: 'http.client.request.duration',
          unit: 's',
          stat: 'p50',
          service: 'till',
          callee: 'lender',
          announced: new Date(atMs).toISOString(),
        },
      ],
      't-series',
    );
    const samples = [0.1, 0.2, 0.6].map((value, i) => ({ ts: new Date(atMs + i * 1_000).toISOString(), value }));
    const of = { probe: '1', schema: '2' };
    const told = new Date(atMs).toISOString();
    await store.insertRows('schemas', [{ ...of, ids: [decimal], told }], 't-schemas');
    const frames = samples.map(({ ts, value }, seq) => ({
      ...of,
      ...{ day: told.slice(0, 10), stream: '1', seq, first: 0, ts, values: [value] },
    }));
    await store.insertRows('frames', frames, 't-frames');
    await store.close();
    const found = items.parse((await console.ask('GET', '/api/v1/series?match=LENDER')).json()).items;
    expect(found).toMatchObject([{ id, metric: 'http.client.request.duration', stat: 'p50', service: 'till' }]);
    const query = (more: object) => ({
      series: [id],
      from: new Date(atMs).toISOString(),
      to: new Date(atMs + 60_000).toISOString(),
      ...more,
    });
    const answered = (await console.ask('POST', '/api/v1/query', { body: query({}), token: '' })).json();
    expect(answered).toMatchObject({ source: 'raw', stepMs: 1_000 });
    expect(answered).toHaveProperty(
      'series[0].points',
      samples.map(({ ts, value }) => ({ at: ts, value })),
    );
    const bad = [{ series: ['x'] }, { to: query({}).from }, { from: '2020-01-01T00:00:00Z' }, { points: 0 }];
    for (const more of bad)
      expect((await console.ask('POST', '/api/v1/query', { body: query(more) })).status).toBe(400);
  });

  it('say so when there is no history to ask', async () => {
    await clickhouse.kill();
    expect((await console.ask('GET', '/api/v1/series?match=x')).status).toBe(503);
    expect((await console.ask('GET', '/api/v1/incidents')).status).toBe(200);
    await clickhouse.restart();
  });
});

it('keeps silences: made, listed, ended, and still there after a restart', async () => {
  const draft = {
    matchers: [{ name: 'service', value: 'lender' }],
    endsAt: new Date(realClock.now() + 60_000).toISOString(),
    createdBy: 'ann',
    comment: 'they know',
  };
  const made = await console.ask('POST', '/api/v1/silences', { body: draft });
  expect(made.status).toBe(201);
  const { id } = z.object({ id: z.string() }).parse(made.json());
  expect(
    (await console.ask('POST', '/api/v1/silences', { body: { ...draft, endsAt: new Date(0).toISOString() } })).status,
  ).toBe(400);
  await console.restart();
  const listed = () =>
    console.ask('GET', '/api/v1/silences').then((got) => items.parse(got.json()).items.find((one) => one.id === id));
  expect(await listed()).toMatchObject({ status: { state: 'active' }, createdBy: 'ann', comment: 'they know' });
  expect((await console.ask('DELETE', `/api/v1/silences/${id}`)).status).toBe(200);
  expect(await listed()).toMatchObject({ status: { state: 'expired' } });
  expect((await console.ask('DELETE', '/api/v1/silences/none')).status).toBe(404);
  const audit = readFileSync(join(console.data, 'audit.ndjson'), 'utf8');
  expect(audit).toContain(`"silenceEnded":"${id}"`);
});
