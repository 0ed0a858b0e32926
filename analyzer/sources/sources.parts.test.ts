// The three troubles on a real NATS in real time: nats-server is stopped for seconds, one probe's sender falls silent, one service dies.
// Each is told as what it is, and only the death opens an incident.
import { readFileSync } from 'node:fs';
import { type Bus, connectBus, createLogger, createSelfMetrics, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import { type Decision, encodeFrame, subjects } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Input } from '../input.ts';
import { readDecisions } from '../read.ts';
import { type Shell, startShell } from '../shell.ts';
import { Platform, randomNames, rulesFor, type Trouble } from '../testing/platform.ts';

const names = randomNames(51);
const QUICK_S = 60;
// The quick minute ends where real time goes on.
const platform = new Platform(names, 51, Math.ceil(realClock.now() / 1_000) * 1_000 + 4_000 - QUICK_S * 1_000);
const self = createSelfMetrics('test');
let nats: TestNats;
let bus: Bus;
let shell: Shell;
/** Each probe sends its own in order, and repeats what was not answered. */
const senders = new Map<string, { readonly bus: Bus; turn: Promise<void> }>();

beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'test');
  await ensureStreams(bus, { partitions: 1 });
  const parts = { clock: realClock, log: createLogger('test'), self };
  shell = await startShell({ bus, rules: rulesFor(names), partition: 0, act: 'off', ...parts });
});
afterAll(async () => {
  await shell.stop();
  await Promise.all([...senders.values()].map((one) => one.bus.close()));
  await bus.close();
  await nats.stop();
});

const probes = new Map<string, string>();
const send = async (input: Input): Promise<void> => {
  if (input.kind !== 'frame' && input.kind !== 'schema') return;
  const probe = input.kind === 'schema' ? input.schema.probe : (probes.get(input.frame.schema) ?? '');
  if (input.kind === 'schema') probes.set(input.schema.hash, probe);
  const of = senders.get(probe) ?? { bus: await connectBus(nats.config(), probe), turn: Promise.resolve() };
  senders.set(probe, of);
  const [subject, bytes] =
    input.kind === 'schema'
      ? [subjects.schema(0, probe), JSON.stringify(input.schema)]
      : [subjects.frame(0, input.frame.probe), encodeFrame(input.frame)];
  const msgId = `${probe}-${input.seq}`;
  const sent = async (): Promise<void> => {
    while (!(await of.bus.publish(subject, bytes, { msgId }).then(Boolean, () => false))) await realClock.sleep(500);
  };
  of.turn = of.turn.then(sent);
};

/** So many seconds of telemetry, each sent when it is over. */
const seconds = async (n: number, trouble: Trouble = {}): Promise<void> => {
  for (let i = 0; i < n; i++) {
    const inputs = platform.second(trouble);
    await realClock.sleep(Math.max(0, platform.nowMs - realClock.now()));
    for (const input of inputs) await send(input);
  }
};
const since = async (from: number): Promise<Decision[]> => (await readDecisions(bus)).slice(from);
const briefly = (log: readonly Decision[]): string[] =>
  log.flatMap((d) => {
    if (d.type === 'source.troubled') return [`${d.trouble.source} ${d.trouble.state}`];
    if (d.type === 'source.well') return [`${d.source} well`];
    return d.type === 'incident.opened' ? ['incident'] : [];
  });

/** Stops nats-server itself, which runs below its guard, for so long. */
const stopped = async (ms: number): Promise<void> => {
  const guard = nats.pid();
  const server = Number(readFileSync(`/proc/${guard}/task/${guard}/children`, 'utf8').trim().split(' ')[0]);
  process.kill(server, 'SIGSTOP');
  await realClock.sleep(ms);
  const quietMs = Number(/^fenghuo_analyzer_quiet\{.*\} (\S+)$/m.exec(self.prometheus())?.[1]);
  process.kill(server, 'SIGCONT');
  // What stands still can say nothing over itself: a metric tells by the clock.
  expect(quietMs).toBeGreaterThan(ms - 3_000);
};

it('says that the bus was slow, takes nobody for dead and opens nothing, where nats-server stands still', async () => {
  await seconds(QUICK_S + 15);
  await Promise.all([stopped(7_000), seconds(7)]);
  await seconds(12);
  expect(briefly(await since(0))).toEqual(['partition 0 bus_slow', 'partition 0 well']);
});

it('says that a probe is silent where only its sender is gone, and opens nothing', async () => {
  const from = (await since(0)).length;
  await seconds(9, { silent: [names.till] });
  expect(briefly(await since(from))).toEqual([`${names.till}@1 probe_silent`]);
  expect(self.prometheus()).toMatch(/fenghuo_analyzer_sources\{[^}]*state="probe_silent"\} 1/);
  await seconds(3);
  expect(briefly(await since(from)).at(-1)).toBe(`${names.till}@1 well`);
});

it('says that a service is dead where its callers get no answer, and opens an incident', async () => {
  const from = (await since(0)).length;
  await seconds(9, { silent: [names.till], errors: { [names.till]: 2 } });
  const told = briefly(await since(from));
  expect(told.filter((one) => one === 'incident')).toHaveLength(1);
  expect(told).toContain(`${names.till}@1 service_dead`);
});
