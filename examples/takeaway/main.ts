// Starts the platform as separate processes, starts again what crashes, and leaves nothing behind when it goes.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { config, inherited, launch, probed, type Role, thirdParties, withoutSecrets } from './config.ts';
import { prepare } from './prepare.ts';

const platform = config();
const { register, bundle, natsBinary } = launch();
const children = new Map<string, ChildProcess>();
const READY_MS_MAX = 40_000;
const RESTART_MS = 1_500;
let stopping = false;

const file = (name: string): string => join(bundle, 'examples', 'takeaway', 'services', `${name}.mjs`);

/** Starts a process and resolves when it says that it is ready. */
const start = (name: string, command: string, args: readonly string[], env: Record<string, string>): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    children.set(name, child);
    const late = setTimeout(
      () => reject(new Error(`${name} is not ready after ${READY_MS_MAX / 1_000} s`)),
      READY_MS_MAX,
    );
    child.once('message', () => {
      clearTimeout(late);
      resolve();
    });
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      if (stopping) return;
      process.stderr.write(`takeaway: ${name} ended (${signal ?? code}), starting it again\n`);
      setTimeout(() => !stopping && void start(name, command, args, env).catch(() => undefined), RESTART_MS);
    });
  });

const service = (role: Role): Promise<void> =>
  start(role, process.execPath, ['--import', pathToFileURL(register).href, file(role)], {
    ...inherited(),
    OTEL_SERVICE_NAME: platform.name(role),
    FENGHUO_INSTANCE: `${platform.name(role)}-1`,
  });
const plain = (name: string, script: string, ...args: readonly string[]): Promise<void> =>
  start(name, process.execPath, [file(script), ...args], withoutSecrets());

/** A nats-server of the platform's own; it dies with us, also when we are killed. */
const queue = async (): Promise<void> => {
  const dir = join(platform.data, 'queue');
  mkdirSync(dir, { recursive: true });
  const args = [
    '-js',
    '-a',
    '127.0.0.1',
    '-p',
    String(platform.port('queue')),
    '-sd',
    dir,
    '-l',
    join(platform.data, 'queue.log'),
  ];
  const guard = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  const [command, all] =
    guard === undefined ? [natsBinary, args] : [guard, ['--pdeathsig', 'KILL', natsBinary, ...args]];
  const child = spawn(command, all, { env: withoutSecrets(), stdio: 'ignore' });
  children.set('queue', child);
  child.once('exit', () => !stopping && setTimeout(() => void queue(), RESTART_MS));
};

const stop = (): void => {
  if (stopping) return;
  stopping = true;
  for (const child of children.values()) child.kill('SIGTERM');
  setTimeout(() => {
    for (const child of children.values()) child.kill('SIGKILL');
    process.exit(0);
  }, 1_000);
};
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
process.once('disconnect', stop);

mkdirSync(platform.data, { recursive: true });
prepare(inherited());
await Promise.all([queue(), plain('database', 'database'), ...thirdParties.map((bank) => plain(bank, 'bank', bank))]);
await Promise.all(probed.map(service));
await plain('load', 'load');

// The chaos switch for what needs a hand on the process: crash and processor hog.
createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://launcher');
  const child = children.get(url.searchParams.get('target') ?? '');
  if (child === undefined) return void response.writeHead(404).end('no such process\n');
  if (url.pathname === '/crash') child.kill('SIGKILL');
  if (url.pathname === '/hog') child.send({ hog: Number(url.searchParams.get('seconds') ?? 20) });
  response.end('done\n');
}).listen(platform.controlPort('launcher'), '127.0.0.1', () => process.send?.('fenghuo:ready'));
