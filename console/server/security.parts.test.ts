// Who may do what, as programs and attackers meet it: over HTTP, on a real NATS.
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { command, subjects } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestConsole, type TestConsole, TOKEN, until } from '../testing/console.ts';
import { openapi } from './openapi.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startTestConsole();
}, 60_000);
afterAll(() => console.stop());

describe('the OpenAPI document', () => {
  it('names every route that there is, and no other', async () => {
    const { routes } = console.running();
    const described = Object.entries(openapi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.length).toBeGreaterThan(15);
    expect([...new Set(routes)].sort()).toEqual(described.sort());
    expect((await console.ask('GET', '/api/v1/openapi.json')).json()).toEqual(JSON.parse(JSON.stringify(openapi)));
  });

  it('marks what is not built, and that answers 501', async () => {
    for (const [path, methods] of Object.entries(openapi.paths))
      for (const [method, about] of Object.entries(methods))
        if ('x-fenghuo-built' in about) expect((await console.ask(method.toUpperCase(), path)).status).toBe(501);
  });
});

describe('writes', () => {
  const writes = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, about]) =>
      'security' in about ? [[method.toUpperCase(), path.replace('{id}', 'w').replace('{verb}', 'ack')] as const] : [],
    ),
  );
  it('and the audit ask for the token, every one of them', async () => {
    expect(writes.length).toBeGreaterThan(5);
    for (const [method, path] of writes)
      for (const token of ['', 'wrong', `${TOKEN}x`])
        expect((await console.ask(method, path, { token })).status).toBe(401);
  });

  it('are audited before they are handed on, and survive a restart of the console', async () => {
    await console.opens('w1');
    const heard: unknown[] = [];
    const listening = console.bus.nc.subscribe(subjects.command(0), {
      callback: (_, message) => void heard.push(message.json()),
    });
    await console.bus.nc.flush();
    const given = await console.ask('POST', '/api/v1/incidents/w1/ack', { body: { by: 'ann' } });
    expect(given.status).toBe(202);
    await until(async () => heard.length === 1);
    expect(command.parse(heard[0])).toMatchObject({ verb: 'ack', incident: 'w1', by: 'ann' });
    listening.unsubscribe();
    await console.restart();
    const audit = z
      .object({ items: z.array(z.unknown()) })
      .parse((await console.ask('GET', '/api/v1/audit')).json()).items;
    expect(audit[0]).toMatchObject({ command: { verb: 'ack', incident: 'w1', by: 'ann' }, from: '127.0.0.1' });
    expect(statSync(join(console.data, 'audit.ndjson')).mode & 0o077).toBe(0);
  });

  it.each([
    ['an unknown incident', '/api/v1/incidents/none/ack', {}, 404],
    ['an unknown verb', '/api/v1/incidents/w1/explode', {}, 404],
    ['an unknown action', '/api/v1/actions/none/undo', {}, 404],
    ['a note without a note', '/api/v1/incidents/w1/note', { by: 'ann' }, 400],
    ['an event of no kind', '/api/v1/events', { what: 'x' }, 400],
    ['a body that is no JSON', '/api/v1/events', '{', 400],
    ['a body beyond 64 KiB', '/api/v1/events', { what: 'x'.repeat(70_000) }, 413],
  ])('refuse %s', async (_, path, body, status) => {
    expect((await console.ask('POST', path, { body })).status).toBe(status);
  });
});

describe('pages elsewhere', () => {
  /** fetch sets Host itself; an attacker's rebound name arrives in it. */
  const statusFor = (headers: Readonly<Record<string, string>>, method = 'GET', path = '/api/v1/incidents') =>
    new Promise<number>((resolve, reject) => {
      const sent = request({ port: console.running().port, host: '127.0.0.1', path, method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.once('error', reject).end();
    });
  const good = () => `127.0.0.1:${console.running().port}`;

  it('cannot reach it by a rebound name', async () => {
    expect(await statusFor({ host: good() })).toBe(200);
    expect(await statusFor({ host: 'evil.example' })).toBe(421);
    expect(await statusFor({ host: 'evil.example' }, 'GET', '/socket.io/?EIO=4&transport=polling')).toBe(403);
  });
  it('cannot make a browser write, nor open a socket', async () => {
    const auth = { host: good(), authorization: `Bearer ${TOKEN}` };
    expect(await statusFor({ ...auth, origin: 'http://evil.example' }, 'POST', '/api/v1/events')).toBe(403);
    expect(await statusFor({ ...auth, 'sec-fetch-site': 'cross-site' }, 'POST', '/api/v1/events')).toBe(403);
    expect(await statusFor({ ...auth, origin: `http://${good()}` }, 'POST', '/api/v1/events')).toBe(400);
    const socket = '/socket.io/?EIO=4&transport=polling';
    expect(await statusFor({ host: good(), origin: 'http://evil.example' }, 'GET', socket)).toBe(403);
    expect(await statusFor({ host: good() }, 'GET', socket)).toBe(200);
  });
  it('cannot frame it or have it run their scripts', async () => {
    const { headers } = await console.ask('GET', '/api/v1/incidents');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

it('makes guessing tokens slow', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 125; i++)
    statuses.push((await console.ask('GET', '/api/v1/audit', { token: `guess-${i}` })).status);
  expect(statuses.at(-1)).toBe(429);
  // Reading goes on meanwhile.
  expect((await console.ask('GET', '/api/v1/incidents')).status).toBe(200);
});

it('puts no secret into its log', () => {
  expect(console.lines.length).toBeGreaterThan(0);
  const written = console.lines.join('');
  for (const secret of [TOKEN, console.nats.credentials.nats.console.password]) expect(written).not.toContain(secret);
});
