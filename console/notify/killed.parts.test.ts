// The console as a process that is killed -9: while a page is being tried, after it was taken, and before the incident ends. One trigger, one resolve.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, connectBus, ensureStreams, ports, realClock } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import { decision, decisionsStream, subjects } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startReceiver, type TestReceiver } from '../testing/receiver.ts';

const launcher = new URL('../../bin/fenghuo.mjs', import.meta.url).pathname;
// Chosen so that no port is one that fetch refuses to ask (4190 is: https://fetch.spec.whatwg.org/#port-blocking).
const shift = 2_008 + 20 * (process.pid % 100);
const data = mkdtempSync(join(tmpdir(), 'fenghuo-killed-'));
let nats: TestNats;
let bus: Bus;
let receiver: TestReceiver;
let child: ChildProcess | undefined;

beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'engine');
  await ensureStreams(bus, { partitions: 1 });
  receiver = await startReceiver();
  mkdirSync(join(data, 'rules'));
  const to = `{ type: pagerduty, name: duty, url: "${receiver.url}", routingKeyEnv: DUTY_KEY }`;
  writeFileSync(join(data, 'rules', 'route.yaml'), `kind: route\nreceivers:\n  - ${to}\n`);
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await receiver.close();
  await bus.close();
  await nats.stop();
  rmSync(data, { recursive: true, force: true });
});

const until = async (what: string, is: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = realClock.monotonic() + 40_000; !(await is()); await realClock.sleep(50))
    if (realClock.monotonic() > end) throw new Error(`not in time: ${what}`);
};
const start = async (): Promise<void> => {
  const { natsUrl, natsUser, natsPassword } = nats.config('console');
  const env = {
    ...process.env,
    FENGHUO_NATS_URL: natsUrl,
    FENGHUO_NATS_USER: natsUser,
    FENGHUO_NATS_PASSWORD: natsPassword,
    FENGHUO_PORT_SHIFT: String(shift),
    FENGHUO_DATA: data,
    FENGHUO_RULES: join(data, 'rules'),
    DUTY_KEY: 'r0ute',
  };
  child = spawn(process.execPath, [launcher, 'console'], { env, stdio: 'ignore' });
  const ready = `http://127.0.0.1:${ports.console + shift}/-/ready`;
  await until('the console is ready', () =>
    fetch(ready).then(
      (r) => r.ok,
      () => false,
    ),
  );
};
const kill = async (): Promise<void> => {
  const gone = new Promise((done) => child?.once('exit', done));
  child?.kill('SIGKILL');
  await gone;
};
let n = 0;
const says = async (more: object): Promise<void> => {
  const one = decision.parse({ v: 1, id: `0-${++n}-0`, seq: n, atMs: realClock.now(), incident: 'i1', ...more });
  await bus.publish(subjects.decision(one.type, 'i1'), JSON.stringify(one), { msgId: one.id });
};
const taken = (): string[] =>
  receiver.received.flatMap(({ status, body }) => (status === 202 ? [JSON.parse(body).event_action] : []));
/** Whether the log has so many pages that were taken. */
const logged = async (pages: number): Promise<boolean> => {
  const { state } = await bus.jsm.streams.info(decisionsStream, { subjects_filter: 'fh.d.i1.page.sent' });
  return (state.subjects?.['fh.d.i1.page.sent'] ?? 0) === pages;
};

it('loses no page and repeats none', async () => {
  const title = { en: 'payments fail', zh: '支付失败' };
  await start();
  receiver.answers.push(...Array.from({ length: 50 }, () => 503));
  await says({ type: 'incident.opened', onsetMs: realClock.now(), severity: 'critical', title, trigger: [] });
  await until('it was tried', () => receiver.received.length > 0);
  await kill();
  receiver.answers.length = 0;
  expect(taken()).toEqual([]);
  await start();
  await until('the trigger is in the log', () => logged(1));
  await kill();
  // It ends while no console runs.
  await says({ type: 'incident.state', from: 'open', to: 'closed', why: title });
  await start();
  await until('the resolve is in the log', () => logged(2));
  await kill();
  await start();
  await realClock.sleep(1_500);
  expect(taken()).toEqual(['trigger', 'resolve']);
}, 180_000);
