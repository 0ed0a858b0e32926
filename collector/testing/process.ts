// The collector as a process for tests that kill it, and its answers on HTTP.
import { type ChildProcess, spawn } from 'node:child_process';
import { ports, realClock } from '@fenghuo/kit';
import type { TestClickHouse, TestNats } from '@fenghuo/kit/testing';

export const INGEST_TOKEN = 'ingest-token-of-the-test';

/** Starts one on a port shift of its own, `extra` being its further environment; `DEBUG_COLLECTOR=1` shows what it says. */
export const startCollector = (
  nats: TestNats,
  clickhouse: TestClickHouse,
  shift: number,
  extra: Readonly<Record<string, string>> = {},
): ChildProcess => {
  const { natsUrl, natsUser, natsPassword } = nats.config('collector');
  const debug = process.env.DEBUG_COLLECTOR === undefined ? 'ignore' : 'inherit';
  return spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@fenghuo/source', new URL('../run.entry.ts', import.meta.url).pathname],
    {
      stdio: ['ignore', debug, debug],
      env: {
        ...process.env,
        FENGHUO_NATS_URL: natsUrl,
        FENGHUO_NATS_USER: natsUser ?? '',
        FENGHUO_NATS_PASSWORD: natsPassword ?? '',
        FENGHUO_CLICKHOUSE_URL: clickhouse.url,
        FENGHUO_CLICKHOUSE_USER: clickhouse.user,
        FENGHUO_CLICKHOUSE_PASSWORD: clickhouse.password,
        FENGHUO_PORT_SHIFT: String(shift),
        FENGHUO_LOG: 'info',
        FENGHUO_INGEST_TOKEN: INGEST_TOKEN,
        ...extra,
      },
    },
  );
};

/** Status of `/-/ready`, undefined while nobody answers. */
export const readiness = async (shift: number): Promise<number | undefined> =>
  fetch(`http://127.0.0.1:${ports.collector + shift}/-/ready`, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.status,
    () => undefined,
  );

/** Waits until `isSo`, at most `ms`; answers whether it came to be. */
export const eventually = async (ms: number, isSo: () => Promise<boolean>): Promise<boolean> => {
  for (const end = realClock.monotonic() + ms; realClock.monotonic() < end; await realClock.sleep(100))
    if (await isSo().catch(() => false)) return true;
  return false;
};
