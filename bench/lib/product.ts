// The whole product for a bench: `up --example takeaway` in a folder of its own, ended for certain.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, connectBus, ports, realClock } from '@fenghuo/kit';
import { readCredentials } from '@fenghuo/kit/parts';

export type Product = {
  readonly data: string;
  readonly bus: Bus;
  /** The environment the example reads its names and ports from. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
};

/** Starts it and waits until the console answers; rejects after 120 s. `receiver` is told of every page. */
export const startProduct = async (
  shift: number,
  receiver: string,
  extra: Record<string, string>,
): Promise<Product> => {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-bench-'));
  const routes = join(data, 'bench-rules');
  mkdirSync(routes);
  writeFileSync(
    join(routes, 'routes.yaml'),
    `kind: route\nreceivers:\n  - { type: webhook, name: bench-hook, url: "${receiver}/hook" }\n  - { type: pagerduty, name: bench-pager, url: "${receiver}", routingKeyEnv: BENCH_ROUTING_KEY }\nseverityMin: info\n`,
  );
  const env = {
    FENGHUO_PORT_SHIFT: String(shift),
    FENGHUO_DATA: data,
    FENGHUO_RULES: [join(process.cwd(), 'rules'), join(data, 'takeaway', 'rules'), routes].join(':'),
    BENCH_ROUTING_KEY: 'bench'.padEnd(32, '0'),
    ...extra,
  };
  const log = openSync(join(data, 'up.log'), 'a');
  const child = spawn(process.execPath, ['bin/fenghuo.mjs', 'up', '--example', 'takeaway', '--data', data], {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  try {
    await answers(`http://127.0.0.1:${ports.console + shift}/`, child);
    // The console is there well before the example: a warm-up without customers would warm nothing.
    await customersArrive(join(data, 'takeaway', 'customers.ndjson'), child);
    const admin = readCredentials(data)?.nats.admin;
    const bus = await connectBus(
      {
        natsUrl: `nats://127.0.0.1:${ports.nats + shift}`,
        natsUser: admin?.user,
        natsPassword: admin?.password,
        natsCaFile: undefined,
      },
      'bench',
    );
    return {
      data,
      bus,
      env,
      stop: async () => {
        await bus.close();
        await end(child);
        rmSync(data, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await end(child);
    throw error;
  }
};

const answers = async (url: string, child: ChildProcess): Promise<void> => {
  for (let i = 0; i < 240; i++) {
    if (child.exitCode !== null) throw new Error(`the product ended with ${child.exitCode}; see up.log`);
    if (
      await fetch(url).then(
        (r) => r.ok,
        () => false,
      )
    )
      return;
    await realClock.sleep(500);
  }
  throw new Error('the product did not answer within 120 s');
};

const customersArrive = async (path: string, child: ChildProcess): Promise<void> => {
  for (let i = 0; i < 240; i++) {
    if (child.exitCode !== null) throw new Error(`the product ended with ${child.exitCode}; see up.log`);
    if (existsSync(path)) return;
    await realClock.sleep(500);
  }
  throw new Error('no customer came within 120 s');
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  await Promise.race([gone, realClock.sleep(20_000).then(() => child.kill('SIGKILL'))]);
};
