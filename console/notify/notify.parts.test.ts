// Pages over a real NATS to a real receiver that falters: one trigger, one resolve, whatever happens to receiver and console.
import { createHmac } from 'node:crypto';
import { type Bus, connectBus, createLogger, createSelfMetrics, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import { type Decision, decision, type RouteRule, type Silence, silencedBy, subjects } from '@fenghuo/rules/contract';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ConsoleState } from '../server/state.ts';
import { type Received, startReceiver, type TestReceiver } from '../testing/receiver.ts';
import { Notify } from './notify.ts';

let nats: TestNats;
let bus: Bus;
let receiver: TestReceiver;
let routes: readonly RouteRule[];
let silences: readonly Silence[] = [];
const secrets: Readonly<Record<string, string>> = { KEY: 'r0ute', HOOK: 'sesame' };
const log = createLogger('test');

beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'engine');
  await ensureStreams(bus, { partitions: 1 });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});
beforeEach(async () => {
  silences = [];
  receiver = await startReceiver();
  const { url } = receiver;
  routes = [
    {
      kind: 'route',
      severityMin: 'warning',
      receivers: [{ type: 'pagerduty', name: 'duty', url, routingKeyEnv: 'KEY' }],
    },
  ];
});
afterEach(async () => {
  // One that a failed test left behind would tell of the next test's incident too.
  for (const one of [...consoles]) await one.die();
  await moves(about, 'open', 'closed');
  await receiver.close();
});

type Console = { readonly state: ConsoleState; die(): Promise<void> };
/** Those that run. */
const consoles: Console[] = [];
/** A console without its web server: the log's fold and the telling of it, over a connection of its own. */
const startConsole = async (): Promise<Console> => {
  const own = await connectBus(nats.config('console'), 'console');
  const notify: Notify = new Notify({
    bus: own,
    clock: realClock,
    log,
    self: createSelfMetrics('test'),
    routes,
    secret: (name) => secrets[name],
    link: (id) => `http://console/incidents/${id}`,
    incident: (id) => state.incidents.get(id),
    silenced: (one, nowMs) => silencedBy(silences, one, nowMs),
    retry: { firstMs: 30, maxMs: 100, timeoutMs: 1_500 },
  });
  const state: ConsoleState = new ConsoleState(own, log, {
    decided: (one, incident) => notify.decided(one, incident),
    caughtUp: () => notify.follow(state.incidents.values()),
    live: () => undefined,
    evidence: () => undefined,
  });
  const unfollow = await state.follow();
  const console: Console = {
    state,
    die: async () => {
      consoles.splice(consoles.indexOf(console), 1);
      notify.stop();
      await unfollow();
      await own.close();
    },
  };
  consoles.push(console);
  return console;
};

let about = '';
const both = (text: string) => ({ en: text, zh: text });
let n = 0;
const says = async (incident: string, more: object): Promise<Decision> => {
  const one = decision.parse({ v: 1, id: `0-${++n}-0`, seq: n, atMs: realClock.now(), incident, ...more });
  await bus.publish(subjects.decision(one.type, incident), JSON.stringify(one), { msgId: one.id });
  return one;
};
const opens = (incident: string): Promise<Decision> => {
  about = incident;
  return says(incident, {
    type: 'incident.opened',
    onsetMs: realClock.now() - 2_000,
    severity: 'critical',
    title: both('payments fail'),
    trigger: [],
  });
};
const blames = (incident: string, entity: string): Promise<Decision> =>
  says(incident, {
    type: 'incident.cause',
    cause: {
      entity,
      entityKind: 'third_party',
      metric: 'm',
      kind: 'latency',
      reason: both(`${entity} is slow`),
      confidence: 0.8,
    },
    ranking: [],
    path: [],
    affected: [],
  });
const moves = (incident: string, from: string, to: string): Promise<Decision> =>
  says(incident, { type: 'incident.state', from, to, why: both(to) });

const until = async (what: string, is: () => boolean): Promise<void> => {
  for (const end = realClock.monotonic() + 20_000; !is(); await realClock.sleep(20))
    if (realClock.monotonic() > end) throw new Error(`not in time: ${what}`);
};
/** What came about the incident of this test. */
const received = (): readonly Received[] => receiver.received.filter(({ body }) => body.includes(`"${about}"`));
/** What the receiver took, as PagerDuty would see it. */
const taken = (): { event_action: string; dedup_key: string; payload: { component: string } }[] =>
  received()
    .filter(({ status }) => status === 202)
    .map(({ body }) => JSON.parse(body));
const actions = (): string[] => taken().map((page) => page.event_action);
/** Until the log knows of so many pages: one that was taken and not written down is rightly sent anew by the next console. */
const logged = ({ state }: Console, pages: number): Promise<void> =>
  until(`the log has ${pages}`, () => {
    const sent = state.incidents.get(about)?.timeline.filter(({ type }) => type === 'page.sent') ?? [];
    return sent.length === pages;
  });
/** Long enough for a second page to come, were there one. */
const quiet = (): Promise<void> => realClock.sleep(500);

it('gets through to a receiver that is busy, broken, slow: one trigger, one update a cause, one resolve', async () => {
  const id = 'falters';
  const console = await startConsole();
  receiver.answers.push(429, 500, 'silence', 503);
  await opens(id);
  await blames(id, 'a');
  await until('the trigger is taken', () => actions().length === 1);
  await blames(id, 'b');
  await until('the update is taken', () => actions().length === 2);
  await moves(id, 'open', 'repaired');
  await quiet();
  expect(actions()).toEqual(['trigger', 'trigger']);
  await moves(id, 'repaired', 'closed');
  await until('the resolve is taken', () => actions().length === 3);
  await quiet();
  expect(received().map(({ status }) => status)).toEqual([429, 500, 'silence', 503, 202, 202, 202]);
  expect(taken().map((page) => page.payload.component)).toEqual(['a', 'b', 'b']);
  expect(new Set(taken().map((page) => page.dedup_key))).toEqual(new Set([id]));
  const { clocks, timeline, openedMs } = console.state.incidents.get(id) ?? expect.fail('no incident');
  expect(clocks.alertedMs).toBeGreaterThan(openedMs);
  expect(timeline.filter(({ type }) => type === 'page.sent')).toHaveLength(3);
  await console.die();
});

it('loses no page and sends none twice when the console is started anew in the middle', async () => {
  const id = 'restarts';
  const first = await startConsole();
  receiver.answers.push(...Array.from({ length: 50 }, () => 500));
  await opens(id);
  await blames(id, 'a');
  await until('it was tried', () => received().length >= 2);
  await first.die();
  receiver.answers.length = 0;
  expect(actions()).toEqual([]);
  const second = await startConsole();
  await until('the trigger is taken', () => actions().length === 1);
  await logged(second, 1);
  await second.die();
  // What is decided while no console runs is told by the next.
  await blames(id, 'b');
  const third = await startConsole();
  await until('the update is taken', () => actions().length === 2);
  await quiet();
  await logged(third, 2);
  await third.die();
  const fourth = await startConsole();
  await moves(id, 'open', 'closed');
  await until('the resolve is taken', () => actions().length === 3);
  await quiet();
  await logged(fourth, 3);
  await fourth.die();
  const fifth = await startConsole();
  await quiet();
  await fifth.die();
  expect(actions()).toEqual(['trigger', 'trigger', 'resolve']);
  expect(new Set(taken().map((page) => page.dedup_key))).toEqual(new Set([id]));
});

it('signs what it posts: a receiver can tell it from a forgery and from a replay', async () => {
  const { url } = receiver;
  routes = [
    {
      kind: 'route',
      severityMin: 'info',
      receivers: [{ type: 'webhook', name: 'hook', url: `${url}/hook`, secretEnv: 'HOOK' }],
    },
  ];
  const console = await startConsole();
  receiver.answers.push(500);
  await opens('signed');
  await blames('signed', 'a');
  await until('it is taken', () => received().some(({ status }) => status === 202));
  await logged(console, 1);
  await console.die();
  const { headers, body } = received().at(-1) ?? expect.fail('nothing received');
  const stamp = String(headers['x-fenghuo-timestamp']);
  const genuine = `sha256=${createHmac('sha256', 'sesame').update(`${stamp}.${body}`).digest('hex')}`;
  expect(headers['x-fenghuo-signature']).toBe(genuine);
  expect(Math.abs(realClock.now() / 1_000 - Number(stamp))).toBeLessThan(60);
  // Every attempt of one page is known by the same key.
  expect(new Set(received().map((one) => one.headers['x-fenghuo-delivery']))).toEqual(
    new Set(['page-signed-hook-open']),
  );
});

it('takes a chat room at its word when it answers 200 and means no', async () => {
  const { url } = receiver;
  const room = { type: 'wecom', name: 'room', url, keyEnv: 'KEY', lang: 'zh' } as const;
  routes = [{ kind: 'route', severityMin: 'info', receivers: [room] }];
  const console = await startConsole();
  receiver.answers.push({ errcode: -1 }, { errcode: 0 }, { errcode: 93000 });
  await opens('room');
  await blames('room', 'a');
  const types = () => console.state.incidents.get('room')?.timeline.map(({ type }) => type) ?? [];
  await until('it is taken', () => types().includes('page.sent'));
  const told = receiver.received.filter(({ body }) => body.includes('/incidents/room)'));
  expect(told.map(({ path }) => path)).toEqual(Array(2).fill('/cgi-bin/webhook/send?key=r0ute'));
  await blames('room', 'b');
  await until('it is refused', () => types().includes('page.failed'));
  await console.die();
});

it('says so in the log when a receiver refuses for good, and does not hammer it', async () => {
  const id = 'refused';
  const console = await startConsole();
  receiver.answers.push(...Array.from({ length: 20 }, () => 400));
  await opens(id);
  await blames(id, 'a');
  const failed = () => console.state.incidents.get(id)?.timeline.filter(({ type }) => type === 'page.failed') ?? [];
  await until('the log says so', () => failed().length === 1);
  await says(id, { type: 'incident.note', by: 'me', note: 'stirs' });
  await quiet();
  expect(received()).toHaveLength(1);
  expect(failed()[0]?.text.en).toContain('answered 400');
  await console.die();
});

it('hears the log again after NATS was gone', async () => {
  const id = 'nats-back';
  const console = await startConsole();
  await nats.kill();
  await nats.restart();
  await opens(id);
  await until('the trigger is taken', () => actions().length === 1);
  await logged(console, 1);
  await console.die();
});

it('holds a page back while a silence lasts, says so once, and sends it when the silence ends', async () => {
  const id = 'muted';
  const console = await startConsole();
  const nowMs = realClock.now();
  silences = [
    {
      v: 1,
      id: 's1',
      matchers: [{ name: 'service', value: 'a', isRegex: false, isEqual: true }],
      startsMs: nowMs,
      endsMs: nowMs + 3_000,
      createdBy: 'ann',
      comment: 'known',
    },
  ];
  await opens(id);
  await blames(id, 'a');
  const muted = () => console.state.incidents.get(id)?.timeline.filter(({ type }) => type === 'page.muted') ?? [];
  await until('the log says so', () => muted().length === 1);
  await says(id, { type: 'incident.note', by: 'me', note: 'stirs' });
  await quiet();
  expect(actions()).toEqual([]);
  expect(console.state.incidents.get(id)?.clocks.alertedMs).toBeUndefined();
  await until('the trigger is taken', () => actions().length === 1);
  expect(realClock.now()).toBeGreaterThanOrEqual(nowMs + 3_000);
  expect(muted()).toHaveLength(1);
  expect(muted()[0]?.text.en).toContain('silenced by ann');
  await logged(console, 1);
  await console.die();
});
