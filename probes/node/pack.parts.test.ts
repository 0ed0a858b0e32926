// The published package in an app that is none of ours: telemetry and flags over a real NATS, and no harm where there is none.
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { type Bus, connectBus, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import { type Column, type FlagLease, flagKey, flagsBucket, limits } from '@fenghuo/rules/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Child, startNode } from './testing/child.ts';
import { type ForeignApp, installForeignApp } from './testing/foreign.ts';
import { listen, type Wire } from './testing/wire.ts';

const PACKAGE = '@fenghuo/probe';
const REGISTER = ['--import', `${PACKAGE}/register`];
const ABSENT = 'nats://127.0.0.1:9';
const routes = `
const app = express();
app.get('/pay', async (request, response) => {
  const bank = await fetch(process.env.BANK);
  response.json({ bank: await bank.text(), channel: degrade.flag('payment.channel', 'bank-a') });
});
const server = app.listen(0, '127.0.0.1', () => process.stdout.write('port ' + server.address().port + ' '));
// Register reaches a worker thread too; there must be one probe all the same.
new Worker('setInterval(() => {}, 1000)', { eval: true });
`;
const esm = `import express from 'express';\nimport { Worker } from 'node:worker_threads';\nimport { degrade } from '${PACKAGE}';\n${routes}`;
const cjs = `const express = require('express');\nconst { Worker } = require('node:worker_threads');\nimport('${PACKAGE}').then(({ degrade }) => {${routes}});`;
const job = `await (await fetch(process.env.BANK)).text();\nprocess.stdout.write('job done');`;

let app: ForeignApp;
let nats: TestNats;
let bus: Bus;
let bank: Server;
let bankAddress = '';
let bankFails = false;
/** NATS, but that it is reached later than a second: every probe has had a tick by then. */
let lateNats: TcpServer;
const running: Child[] = [];
const wires: Wire[] = [];

const start = (file: string, natsUrl = nats.url): Child => {
  const { natsUser = '', natsPassword = '' } = nats.config('probe');
  const child = startNode(app.folder, [...REGISTER, file], {
    OTEL_SERVICE_NAME: 'payment',
    FENGHUO_INSTANCE: 'payment-1',
    FENGHUO_NATS_URL: natsUrl,
    FENGHUO_NATS_USER: natsUser,
    FENGHUO_NATS_PASSWORD: natsPassword,
    BANK: `http://${bankAddress}/`,
  });
  running.push(child);
  return child;
};
const urlOf = async (child: Child): Promise<string> => `http://127.0.0.1:${(await child.says(/port (\d+)/))[1]}/pay`;
const pay = async (url: string, headers: Record<string, string> = {}): Promise<string> => {
  const answer: unknown = await (await fetch(url, { headers })).json();
  return String(Reflect.get(Object(answer), 'channel'));
};
const until = async (what: string, is: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> => {
  for (const end = realClock.monotonic() + ms; !(await is()); await realClock.sleep(50))
    if (realClock.monotonic() > end)
      throw new Error(`not within ${ms} ms: ${what}\n${running.map((child) => child.output()).join('\n')}`);
};
const tap = (): Wire => {
  const wire = listen(bus);
  wires.push(wire);
  return wire;
};
const portOf = (server: TcpServer): number => Number(Reflect.get(Object(server.address()), 'port'));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const served = (c: Column): boolean => c.metric === 'http.server.request.duration' && c.stat === 'count';
const failedAtBank = (c: Column): boolean => c.metric === 'fenghuo.client.errors' && c.edge?.callee === bankAddress;
const toBank = (c: Column): boolean => c.stat === 'count' && c.edge?.callee === bankAddress;
const lease = (leaseMs: number): FlagLease => ({
  v: 1,
  service: 'payment',
  key: 'payment.channel',
  value: 'bank-b',
  leaseMs,
  action: 'act-1',
  renewal: 0,
});
const write = async (on: Bus, of: FlagLease): Promise<void> => {
  const bucket = await on.kvm.open(flagsBucket);
  await bucket.put(flagKey(of.service, of.key), JSON.stringify(of));
};

beforeAll(async () => {
  app = installForeignApp(['express']);
  app.write('app.mjs', esm);
  app.write('app.cjs', cjs);
  app.write('job.mjs', job);
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'test');
  await ensureStreams(bus, { partitions: 1 });
  bank = createServer((_, response) => response.writeHead(bankFails ? 500 : 200).end('paid'));
  lateNats = createTcpServer(async (socket) => {
    await realClock.sleep(1_200);
    const { hostname, port } = new URL(nats.url);
    const through = connect(Number(port), hostname);
    for (const one of [socket, through]) one.on('error', () => undefined);
    socket.pipe(through).pipe(socket);
  });
  for (const server of [bank, lateNats]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  bankAddress = `127.0.0.1:${portOf(bank)}`;
}, 180_000);
afterEach(async () => {
  for (const wire of wires.splice(0)) wire.close();
  for (const child of running.splice(0)) await child.kill();
});
afterAll(async () => {
  bank?.close();
  lateNats?.close();
  await bus?.close();
  await nats?.stop();
  app?.remove();
});

describe('an express app with the published probe', () => {
  it.each(['app.mjs', 'app.cjs'])(
    'reports what it serves and whom it calls, to the last request (%s)',
    async (file) => {
      const wire = tap();
      const url = await urlOf(start(file));
      // An upstream that keeps few of its traces says so; the calls count all the same.
      const unsampled = { traceparent: `00-${'4bf92f3577b34da6'.repeat(2)}-00f067aa0ba902b7-00` };
      for (let i = 0; i < 60; i++) {
        await pay(url, i % 2 === 0 ? unsampled : {});
        await realClock.sleep(20);
      }
      await until('60 calls are reported', () => sum(wire.values(served)) === 60 && sum(wire.values(toBank)) === 60);
      await realClock.sleep(1_500);
      expect([sum(wire.values(served)), sum(wire.values(toBank))]).toEqual([60, 60]);
      expect(new Set(wire.frames.map((frame) => `${frame.probe} ${frame.incarnation}`)).size).toBe(1);
      expect(wire.frames.map((frame) => frame.sequence)).toEqual(wire.frames.map((_, i) => i));
    },
  );

  it('tells half way through a tick how calls fare while some fail, once, and counts no frame for it', async () => {
    const wire = tap();
    const url = await urlOf(start('app.mjs'));
    await pay(url);
    await until('the bank is known', () => sum(wire.values(toBank)) === 1 && wire.frames.length > 2);
    expect(wire.early).toEqual([]);
    bankFails = true;
    try {
      for (const end = realClock.monotonic() + 3_000; realClock.monotonic() < end; await realClock.sleep(50))
        await fetch(url);
    } finally {
      bankFails = false;
    }
    const ticks = wire.early.map(({ timeMs }) => timeMs);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks).toEqual([...new Set(ticks)]);
    expect(ticks.map((timeMs) => timeMs % limits.tickMs)).toEqual(ticks.map(() => limits.earlyMs));
    expect(wire.frames.map((frame) => frame.sequence)).toEqual(wire.frames.map((_, i) => i));
    expect(sum(wire.values(failedAtBank))).toBeGreaterThan(sum(wire.values(toBank)) / 2);
  });

  it('follows a lease within the second, and returns when it ends with nobody alive to end it', async () => {
    const url = await urlOf(start('app.mjs'));
    expect(await pay(url)).toBe('bank-a');
    const wire = tap();
    await until('the probe is connected', () => wire.frames.length > 0);
    await write(bus, lease(4_000));
    const from = realClock.monotonic();
    await until('the switch', async () => (await pay(url)) === 'bank-b', 1_000);
    await until('the return', async () => (await pay(url)) === 'bank-a', 6_000);
    const held = realClock.monotonic() - from;
    expect(held).toBeGreaterThan(3_500);
    expect(held).toBeLessThan(5_000);
  });

  it('does not take a lease that ended before it started, though the entry still lies in the bucket', async () => {
    await write(bus, lease(2_000));
    await realClock.sleep(2_100);
    const wire = tap();
    const url = await urlOf(start('app.mjs'));
    expect(await pay(url)).toBe('bank-a');
    await until('the probe is connected', () => wire.frames.length > 1);
    expect(await pay(url)).toBe('bank-a');
  });

  it('that starts before the streams and the buckets are there reports and follows all the same', async () => {
    const fresh = await startTestNats();
    const other = await connectBus(fresh.config(), 'test');
    try {
      const { user, password } = fresh.credentials.nats.probe;
      const child = startNode(app.folder, [...REGISTER, 'app.mjs'], {
        OTEL_SERVICE_NAME: 'payment',
        FENGHUO_NATS_URL: fresh.url,
        FENGHUO_NATS_USER: user,
        FENGHUO_NATS_PASSWORD: password,
        BANK: `http://${bankAddress}/`,
      });
      running.push(child);
      const url = await urlOf(child);
      await realClock.sleep(2_500);
      await ensureStreams(other, { partitions: 1 });
      await until('frames are stored', async () => (await other.jsm.streams.info('TELEMETRY-0')).state.messages > 2);
      await write(other, lease(60_000));
      await until('the switch', async () => (await pay(url)) === 'bank-b', 10_000);
    } finally {
      await other.close();
      await fresh.stop();
    }
  });
});

describe('the probe keeps out of the way', () => {
  it('of an app whose NATS is not there: it serves as ever', async () => {
    const child = start('app.mjs', ABSENT);
    const url = await urlOf(child);
    for (let i = 0; i < 20; i++) expect(await pay(url)).toBe('bank-a');
    await realClock.sleep(2_500);
    expect(await pay(url)).toBe('bank-a');
    expect(child.output()).not.toMatch(/warn|error/i);
  });

  it.each([
    ['with NATS', () => nats.url],
    ['with NATS that greets after its first tick', () => `nats://127.0.0.1:${portOf(lateNats)}`],
    ['without NATS', () => ABSENT],
  ])('of a job that has nothing left to do: it ends, %s', async (_, url) => {
    const wire = tap();
    const child = start('job.mjs', url());
    await child.says(/job done/);
    const from = realClock.monotonic();
    expect(await child.ended).toBe(0);
    expect(realClock.monotonic() - from).toBeLessThan(4_000);
    if (url() === ABSENT) return;
    await until('its one call is reported', () => sum(wire.values(toBank)) === 1, 2_000);
  });

  it('of an app that is given credentials NATS refuses', async () => {
    const child = startNode(app.folder, [...REGISTER, 'app.mjs'], {
      FENGHUO_NATS_URL: nats.url,
      FENGHUO_NATS_USER: 'probe',
      FENGHUO_NATS_PASSWORD: 'wrong',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=payment,discount=100%',
      BANK: `http://${bankAddress}/`,
    });
    running.push(child);
    const url = await urlOf(child);
    await realClock.sleep(1_500);
    expect(await pay(url)).toBe('bank-a');
  });
});
