// A real collector process with a real NATS and ClickHouse beside it, for tests that speak to its receivers.
import type { ChildProcess } from 'node:child_process';
import { type Bus, connectBus, ports } from '@fenghuo/kit';
import { startTestClickHouse, startTestNats, type TestClickHouse, type TestNats } from '@fenghuo/kit/testing';
import { openStore, type Store } from '../../store/index.ts';
import { eventually, readiness, startCollector, INGEST_TOKEN as TOKEN } from '../../testing/process.ts';
import { storeConfig } from '../../testing/store.ts';

export { TOKEN };

const START_MS_MAX = 40_000;

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
  let stopped = false;
  let child: ChildProcess;
  // What `fenghuo up` does: a collector that cannot go on leaves, and is started again.
  const start = (): void => {
    child = startCollector(nats, clickhouse, portShift, extra);
    child.once('exit', () => stopped || start());
  };
  start();
  const url = `http://127.0.0.1:${ports.collector + portShift}`;
  if (!(await eventually(START_MS_MAX, async () => (await readiness(portShift)) === 200)))
    throw new Error('the collector did not start');
  const bus = await connectBus(nats.config(), 'test');
  const store = openStore(storeConfig(clickhouse));
  return {
    url,
    grpcPort: ports.otlpGrpc + portShift,
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
      await eventually(20_000, async () => {
        rows = await store.rows<T>(query);
        return enough(rows);
      });
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
