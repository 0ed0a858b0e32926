// A console for tests, on a real NATS: asked over HTTP as programs ask, and told decisions as the engine tells them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreConfig } from '@fenghuo/collector/store';
import { type Bus, connectBus, createLogger, createSelfMetrics, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import { decision, subjects } from '@fenghuo/rules/contract';
import { z } from 'zod';
import { type RunningConsole, startConsole } from '../start.ts';

export const TOKEN = 'a-token-that-nobody-guesses';
export type Ask = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
};
export type Answer = { readonly status: number; readonly text: string; readonly headers: Headers; json(): unknown };
export type TestConsole = {
  readonly nats: TestNats;
  readonly bus: Bus;
  readonly data: string;
  /** What it logged. */
  readonly lines: readonly string[];
  running(): RunningConsole;
  /** Stops it and starts it anew over the same log and data; resolves when it is ready. */
  restart(): Promise<void>;
  ask(method: string, path: string, how?: Ask): Promise<Answer>;
  says(incident: string, more: object): Promise<void>;
  /** Opens an incident and waits until the console knows it. */
  opens(id: string): Promise<void>;
  stop(): Promise<void>;
};

const nowhere: StoreConfig = {
  clickhouseUrl: 'http://127.0.0.1:9',
  clickhouseUser: 'x',
  clickhousePassword: '',
  clickhouseDatabase: 'x',
};
const problemBody = z.object({ status: z.number(), title: z.string().min(1), detail: z.string() });

export const until = async (is: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = realClock.monotonic() + 8_000; !(await is()); await realClock.sleep(30))
    if (realClock.monotonic() > end) throw new Error(`not in time: ${is}`);
};

/** `web` is the folder of the built app; none is needed to ask the API. */
export const startTestConsole = async (
  store: StoreConfig = nowhere,
  web?: string,
  collectorUrl = 'http://127.0.0.1:9',
): Promise<TestConsole> => {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-console-'));
  const lines: string[] = [];
  const log = createLogger('test', { write: (line: string) => void lines.push(line) });
  const nats = await startTestNats();
  const bus = await connectBus(nats.config(), 'engine');
  await ensureStreams(bus, { partitions: 1 });
  const start = (): Promise<RunningConsole> =>
    startConsole(
      {
        ...nats.config('console'),
        ...store,
        partitions: 1,
        host: '127.0.0.1',
        port: 0,
        data,
        adminToken: TOKEN,
        collectorUrl,
        rules: { routes: [], playbooks: [] },
        secret: () => undefined,
        web: web ?? data,
      },
      { log, clock: realClock, self: createSelfMetrics('test') },
    );
  let running = await start();
  const ask = async (method: string, path: string, { body, headers, token = TOKEN }: Ask = {}): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${running.port}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    // Whatever is asked, an error of the API is a problem document.
    if (
      response.status >= 400 &&
      path.startsWith('/api/') &&
      problemBody.parse(JSON.parse(text)).status !== response.status
    )
      throw new Error(`not a problem document: ${text}`);
    return { status: response.status, text, headers: response.headers, json: () => JSON.parse(text) };
  };
  let n = 0;
  const says = async (incident: string, more: object): Promise<void> => {
    const one = decision.parse({ v: 1, id: `0-${++n}-0`, seq: n, atMs: realClock.now(), incident, ...more });
    await bus.publish(subjects.decision(one.type, incident), JSON.stringify(one), { msgId: one.id });
  };
  return {
    ...{ nats, bus, data, lines, ask, says },
    running: () => running,
    restart: async () => {
      await running.stop();
      running = await start();
      await until(async () => (await ask('GET', '/-/ready')).status === 200);
    },
    opens: async (id) => {
      const title = { en: `${id} fails`, zh: id };
      await says(id, {
        type: 'incident.opened',
        onsetMs: realClock.now() - 1_000,
        severity: 'critical',
        title,
        trigger: [],
      });
      await until(async () => (await ask('GET', `/api/v1/incidents/${id}`)).status === 200);
    },
    stop: async () => {
      await running.stop();
      await bus.close();
      await nats.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
};
