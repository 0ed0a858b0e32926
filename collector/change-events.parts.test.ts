// POST /api/v1/events at a real collector: who may, what is wrong and where, and that what was taken is on NATS and in ClickHouse, once.
import { telemetryStream } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestCollector, type TestCollector, TOKEN } from './receive/testing/collector.ts';
import { eventually } from './testing/process.ts';

let collector: TestCollector;
beforeAll(async () => {
  collector = await startTestCollector(3_160);
});
afterAll(async () => {
  await collector?.stop();
});

const send = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${collector.url}/api/v1/events`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
  });
const problem = async (response: Response): Promise<Record<string, unknown>> => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Record<string, unknown>;
};
const kept = (what: string, n: number) =>
  collector.rows<{ kind: string; service: string; what: string; at: string; version: string }>(
    `SELECT kind, service, what, toString(toUnixTimestamp64Milli(at)) AS at, version FROM events FINAL WHERE what = '${what}'`,
    (rows) => rows.length >= n,
  );

it('takes nothing without the token', async () => {
  for (const authorization of ['', 'Bearer wrong', `Basic ${TOKEN}`]) {
    const response = await send('{"kind":"deploy","what":"no"}', { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problem(response)).toMatchObject({ status: 401 });
  }
});

it('says what is wrong, and where', async () => {
  const response = await send('{"kind":"wedding","what":"","untilMs":-1}');
  expect(response.status).toBe(400);
  const { errors, title } = await problem(response);
  expect(title).toBe('not a change event');
  expect((errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(['#/kind', '#/what', '#/untilMs']);
  const broken = await send('{"kind":');
  expect(broken.status).toBe(400);
  expect(String((await problem(broken)).detail)).toMatch(/JSON/);
  expect((await send('')).status).toBe(400);
  expect((await send(JSON.stringify({ kind: 'deploy', what: 'x'.repeat(70_000) }))).status).toBe(413);
  const counted = await (await fetch(`${collector.url}/metrics`)).text();
  const refusals = 'fenghuo_collector_door_refused_total{service="collector",path="/api/v1/events",status=';
  for (const [status, n] of [
    [400, 3],
    [401, 3],
    [413, 1],
  ] as const)
    expect(counted).toContain(`${refusals}"${status}"} ${n}`);
});

it('puts what it took onto the stream and into ClickHouse, a repeat once', async () => {
  const event = { kind: 'deploy', service: 'heron', what: 'release 7', version: '7.0', timeMs: 1_800_000_000_123 };
  for (let i = 0; i < 2; i++) {
    const response = await send(JSON.stringify(event), { 'idempotency-key': 'release-7' });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ v: 1, ...event });
  }
  expect(await kept('release 7', 1)).toEqual([
    { kind: 'deploy', service: 'heron', what: 'release 7', at: '1800000000123', version: '7.0' },
  ]);
  const last = await collector.bus.jsm.streams.getMessage(telemetryStream(0), { last_by_subj: 'fh.t.0.event' });
  expect(last?.json()).toEqual({ v: 1, ...event });
});

it('says when to come again while NATS is away, and is not ready meanwhile', async () => {
  const ready = async (): Promise<number> => (await fetch(`${collector.url}/-/ready`)).status;
  expect(await ready()).toBe(200);
  await collector.nats.kill();
  expect(await eventually(5_000, async () => (await ready()) === 503)).toBe(true);
  const body = '{"kind":"config","what":"timeouts"}';
  const response = await send(body, { 'idempotency-key': 'timeouts' });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  await problem(response);
  await collector.nats.restart();
  expect(
    await eventually(15_000, async () => (await send(body, { 'idempotency-key': 'timeouts' })).status === 202),
  ).toBe(true);
  expect((await kept('timeouts', 1)).length).toBe(1);
  expect(await eventually(15_000, async () => (await ready()) === 200)).toBe(true);
});
