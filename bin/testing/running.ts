// The platform on the whole product, for tests of what it does itself: the engine watches and does not act.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { processesOf } from './processes.ts';
import { eventually } from './watcher.ts';

const command = new URL('../fenghuo.mjs', import.meta.url).pathname;
const line = z.looseObject({
  what: z.string().optional(),
  fault: z.string().optional(),
  failed: z.number().optional(),
});
type Line = z.infer<typeof line>;

export type Running = {
  readonly data: string;
  readonly shift: number;
  readonly env: NodeJS.ProcessEnv;
  /** What a role of the platform has written down so far. */
  readonly log: (name: string) => Line[];
  /** Processes of this platform that run such a service. */
  readonly pids: (service: string) => number[];
  readonly chaos: (...args: readonly string[]) => ChildProcess;
  readonly stop: () => Promise<void>;
};

export const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

/** Starts it on ports and data of its own; it is there when customers come. */
export const startPlatform = async (): Promise<Running> => {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-platform-'));
  const shift = 5_000 + 120 * (process.pid % 50);
  const env = { ...process.env, FENGHUO_PORT_SHIFT: String(shift), FENGHUO_DATA: data, FENGHUO_ACT: 'off' };
  const product = spawn(process.execPath, [command, 'up', '--example', 'takeaway', '--data', data], {
    env,
    stdio: 'ignore',
  });
  const log = (name: string): Line[] => {
    const path = join(data, 'takeaway', `${name}.ndjson`);
    if (!existsSync(path)) return [];
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? [] : text.split('\n').map((one) => line.parse(JSON.parse(one)));
  };
  const stop = async (): Promise<void> => {
    const gone = ended(product);
    product.kill('SIGINT');
    await gone;
    rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await eventually('customers come', 110_000, () => log('customers').length > 2);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    data,
    shift,
    env,
    log,
    pids: (service) =>
      processesOf(data).flatMap(({ pid, command: of }) => (of.includes(`/services/${service}.mjs`) ? [pid] : [])),
    chaos: (...args) => spawn(process.execPath, [command, 'chaos', ...args], { env, stdio: 'ignore' }),
    stop,
  };
};
