// Real servers for tests, on free ports and in folders of their own, that can be killed and started again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials, NatsRole } from '@fenghuo/rules/contract';
import type { BusConfig } from '../bus.ts';
import { freePort } from '../parts/check.ts';
import { startClickHouse } from '../parts/clickhouse.ts';
import { newCredentials } from '../parts/credentials.ts';
import { startNats } from '../parts/nats.ts';
import type { Program } from '../parts/program.ts';

export type TestServer = {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  pid(): number | undefined;
  /** SIGKILL; its data stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after `kill` or while it runs. */
  restart(): Promise<void>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
};
export type TestNats = TestServer & {
  readonly credentials: Credentials;
  /** What `connectBus` takes, for a role; the administrator's by default. */
  config(role?: NatsRole): BusConfig;
};
export type TestClickHouse = TestServer & { readonly tcpPort: number };

/** A NATS server with JetStream, ready; `user` and `password` are the administrator's. */
export const startTestNats = async (): Promise<TestNats> => {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-nats-'));
  const credentials = newCredentials();
  const server = await startNats({ data, port: await freePort(), credentials, restart: false });
  const { user, password } = credentials.nats.admin;
  const config = (role: NatsRole = 'admin'): BusConfig => ({
    natsUrl: server.url,
    natsUser: credentials.nats[role].user,
    natsPassword: credentials.nats[role].password,
    natsCaFile: undefined,
  });
  return { ...controls(server, data), url: server.url, user, password, credentials, config };
};

/** A ClickHouse server, ready. */
export const startTestClickHouse = async (): Promise<TestClickHouse> => {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-clickhouse-'));
  const { user, password } = newCredentials().clickhouse;
  const [httpPort, tcpPort] = [await freePort(), await freePort()];
  const server = await startClickHouse({ data, httpPort, tcpPort, credentials: { user, password }, restart: false });
  return { ...controls(server, data), url: server.url, user, password, tcpPort };
};

const controls = (server: Program, data: string): Pick<TestServer, 'pid' | 'kill' | 'restart' | 'stop'> => ({
  pid: server.pid,
  kill: server.kill,
  restart: async () => {
    await server.stop();
    await server.start();
  },
  stop: async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  },
});
