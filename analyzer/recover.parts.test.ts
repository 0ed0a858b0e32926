// The analyzer on a real NATS: decides, acts, is killed in the middle and goes on: one incident, nothing twice, the lease renewed.
import { type Bus, connectBus, createLogger, createSelfMetrics, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import {
  type Decision,
  decisionsStream,
  encodeFrame,
  flagKey,
  flagsBucket,
  subjects,
  telemetryStream,
} from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Input, parseInput } from './input.ts';
import { readDecisions, readStream } from './read.ts';
import { logLines, replay } from './replay.ts';
import { type Shell, startShell } from './shell.ts';
import { Platform, randomNames, rulesFor } from './testing/platform.ts';

let nats: TestNats;
let bus: Bus;
const names = randomNames(42);
// The quick minute before the trouble ends where real time goes on.
const platform = new Platform(names, 42, Math.ceil(realClock.now() / 1_000) * 1_000 - 58_000);

beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'test');
  await ensureStreams(bus, { partitions: 1 });
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

const send = async (input: Input): Promise<void> => {
  if (input.kind === 'frame') await bus.publish(subjects.frame(0, input.frame.probe), encodeFrame(input.frame));
  if (input.kind === 'schema') await bus.publish(subjects.schema(0, input.schema.probe), JSON.stringify(input.schema));
  if (input.kind === 'flag') await bus.publish(subjects.flagReport(0, 'p'), JSON.stringify(input.report));
};

/** Seconds of telemetry, as fast as real time where decisions are awaited: stream time is the server's clock. */
const seconds = async (n: number, trouble: Parameters<Platform['second']>[0], paceMs: number): Promise<void> => {
  for (let i = 0; i < n; i++) {
    for (const input of platform.second(trouble)) await send(input);
    await realClock.sleep(paceMs);
  }
};

const start = async (on: Bus): Promise<Shell> => {
  const shell = await startShell({
    bus: on,
    rules: rulesFor(names),
    partition: 0,
    act: 'on',
    clock: realClock,
    log: createLogger('test'),
    self: createSelfMetrics('test'),
  });
  shell.done.catch(() => undefined);
  return shell;
};

const lease = async (): Promise<{ value: string | null; renewal: number } | undefined> => {
  const kv = await bus.kvm.open(flagsBucket);
  return (await kv.get(flagKey(names.till, 'payer')))?.json();
};

it('decides once, whatever happens to it', async () => {
  const first = await connectBus(nats.config(), 'first');
  await start(first);
  await seconds(60, {}, 5);
  const slow = { slow: { [names.one]: 750 } };
  await seconds(5, slow, 1_000);
  const before = await readDecisions(bus);
  expect(before.map((d) => d.type)).toContain('incident.cause');
  const plan = before.find((d): d is Extract<Decision, { type: 'action.planned' }> => d.type === 'action.planned')!;
  expect(await lease()).toMatchObject({ value: names.two });
  const report = {
    v: 1 as const,
    probe: 'p',
    service: names.till,
    key: 'payer',
    value: names.two,
    source: 'lease' as const,
    action: plan.action.id,
    atMs: 0,
  };
  await send(platform.say({ kind: 'flag', report }));
  platform.value = names.two;
  // Gone without a word, in the middle of an action: no drain, no last acknowledgement.
  await first.nc.close();
  await seconds(3, slow, 1_000);
  const renewed = (await lease())!.renewal;

  const second = await connectBus(nats.config(), 'second');
  const shell = await start(second);
  await seconds(8, slow, 1_000);
  const log = await readDecisions(bus);
  expect(log.filter((d) => d.type === 'incident.opened')).toHaveLength(1);
  expect(log.filter((d) => d.type === 'action.planned')).toHaveLength(1);
  expect(new Set(log.map((d) => d.id)).size).toBe(log.length);
  expect(log.flatMap((d) => (d.type === 'action.state' ? [d.to] : [])).slice(0, 2)).toEqual(['applying', 'applied']);
  expect((await lease())!.renewal).toBeGreaterThan(renewed);
  expect(JSON.stringify(log.slice(0, before.length))).toBe(JSON.stringify(before));
  // The whole stream through a new engine gives the log that two lives of the analyzer wrote, byte for byte.
  const inputs: Input[] = [];
  for await (const message of readStream(bus, telemetryStream(0), { seq: 1 }, Number.MAX_SAFE_INTEGER)) {
    const input = parseInput(message);
    if (!('fault' in input)) inputs.push(input);
  }
  const again = replay(rulesFor(names), { partition: 0, act: 'on' }, inputs);
  await realClock.sleep(300);
  let stored = '';
  for await (const { data } of readStream(bus, decisionsStream, { seq: 1 }, Number.MAX_SAFE_INTEGER))
    stored += `${new TextDecoder().decode(data)}\n`;
  expect(logLines(again)).toBe(stored);
  await shell.stop();
  await second.close();
});
