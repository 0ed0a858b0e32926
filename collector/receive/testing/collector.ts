// A real collector process with a real NATS and ClickHouse beside it, for tests that speak to its receivers.
import { type ChildProcess, spawn } from 'node:child_process';
import { type Bus, connectBus, realClock } from '@fenghuo/kit';
import { startTestClickHouse, startTestNats, type TestClickHouse, type TestNats } from '@fenghuo/kit/testing';
import { openStore, type Store } from '../../store/index.ts';

export const TOKEN = 'test-ingest-token-0';

export type TestCollector = {
  readonly url: string;
  readonly grpcPort: number;
  readonly nats: TestNats;
  readonly clickhouse: TestClickHouse;
  readonly store: Store;
  readonly bus: Bus;
  readonly pid: () => number | undefined;
  /** Sends a body with the token; `headers` add to it or replace it. */
  post(path: string, body: Uint8Array, headers?: Record<string, string>): Promise<Response>;
  /** Rows of `query` once `enough` holds of them, or as they are after 20 s. */
  rows<T>(query: string, enough: (rows: readonly T[]) => boolean): Promise<T[]>;
  stop(): Promise<void>;
};

/** Starts all three; `portShift` keeps test files apart, `extra` is the collector's further environment. */
export const startTestCollector = async (
  portShift: number,
  extra: Record<string, string> = {},
): Promise<TestCollector> => {
  const [nats, clickhouse] = await Promise.all([startTestNats(), startTestClickHouse()]);
  const { natsUrl, natsUser, natsPassword } = nats.config('collector');
  let stopped = false;
  let child: ChildProcess;
  // What `fenghuo up` does: a collector that cannot go on leaves, and is started again.
  const start = (): void => {
    child = spawn(
      process.execPath,
      ['--import', 'tsx', '--conditions=@fenghuo/source', new URL('../../run.entry.ts', import.meta.url).pathname],
      {
        stdio: ['ignore', 'ignore', process.env.DEBUG_COLLECTOR === undefined ? 'ignore' : 'inherit'],
        env: {
          ...process.env,
          FENGHUO_NATS_URL: natsUrl,
          FENGHUO_NATS_USER: natsUser ?? '',
          FENGHUO_NATS_PASSWORD: natsPassword ?? '',
          FENGHUO_CLICKHOUSE_URL: clickhouse.url,
          FENGHUO_CLICKHOUSE_USER: clickhouse.user,
          FENGHUO_CLICKHOUSE_PASSWORD: clickhouse.password,
          FENGHUO_PORT_SHIFT: String(portShift),
          FENGHUO_INGEST_TOKEN: TOKEN,
          ...extra,
        },
      },
    );
    child.once('exit', () => stopped || start());
  };
  start();
  const url = `http://127.0.0.1:${4318 + portShift}`;
  for (let i = 0; ; i++) {
    const isReady = await fetch(`${url}/-/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) break;
    if (i > 300) throw new Error('the collector did not start');
    await realClock.sleep(100);
  }
  const bus = await connectBus(nats.config(), 'test');
  const store = openStore({
    clickhouseUrl: clickhouse.url,
    clickhouseUser: clickhouse.user,
    clickhousePassword: clickhouse.password,
    clickhouseDatabase: 'fenghuo',
  });
  return {
    url,
    grpcPort: 4317 + portShift,
    nats,
    clickhouse,
    store,
    bus,
    pid: () => child.pid,
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        body: Buffer.from(body),
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      }),
    rows: async <T>(query: string, enough: (rows: readonly T[]) => boolean) => {
      let rows: T[] = [];
      for (let i = 0; i < 100; i++) {
        rows = await store.rows<T>(query);
        if (enough(rows)) return rows;
        await realClock.sleep(200);
      }
      return rows;
    },
    stop: async () => {
      stopped = true;
      child.kill('SIGKILL');
      await store.close();
      await bus.close();
      await Promise.all([nats.stop(), clickhouse.stop()]);
    },
  };
};
