// Embedded NATS: the real nats-server with JetStream on loopback, users per role, nothing to install by hand.
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Credentials } from '@fenghuo/rules/contract';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { environment } from '../config.ts';
import { OpsError } from '../error.ts';
import { AHEAD_NICE } from '../priority.ts';
import { checkDisk, checkPort, diskFull, installation, programFile } from './check.ts';
import { natsUsers } from './nats-users.ts';
import { type Program, type ProgramEvent, startProgram } from './program.ts';

export type NatsOptions = {
  /** Folder for its configuration, streams and log. */
  readonly data: string;
  readonly port: number;
  readonly credentials: Credentials;
  readonly restart?: boolean;
  readonly onEvent?: (event: ProgramEvent) => void;
};
/**
 * Garbage in percent of what lives at which the server collects (Go's own: 100). Marking what lives was a tenth of its processor time under 4,000
 * messages a second (its own profile), and a quarter where each had an id that it kept for six minutes.
 */
const GARBAGE_PERCENT = 200;
export type NatsServer = Program & { readonly url: string };

/** Starts it and waits until JetStream answers. Throws OpsError: port_busy, binary_missing, disk_full, part_failed. */
export const startNats = async (options: NatsOptions): Promise<NatsServer> => {
  const folder = join(options.data, 'nats');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await checkPort(options.port);
  checkDisk(folder);
  const binary = await findNats();
  const config = join(folder, 'nats.conf');
  writeFileSync(config, JSON.stringify(natsConfig(options, folder), null, 1), { mode: 0o600 });
  const url = `nats://127.0.0.1:${options.port}`;
  const program = await startProgram({
    name: 'NATS',
    // Where it may not, `nice` says so and runs it as it is.
    command: 'nice',
    args: ['-n', String(AHEAD_NICE), process.execPath, programFile('guard.mjs'), binary, '--config', config],
    env: { GOGC: String(GARBAGE_PERCENT) },
    logFile: join(options.data, 'log', 'nats.log'),
    restart: options.restart ?? true,
    readyMsMax: 60_000,
    stopMsMax: 4_000,
    probe: () => answers(url, options.credentials),
    diagnose: (log) => (/no space left/i.test(log) ? diskFull(folder) : undefined),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
  return { ...program, url };
};

/** NATS reads JSON as its own configuration language. */
const natsConfig = (options: NatsOptions, folder: string): object => ({
  server_name: 'fenghuo',
  listen: `127.0.0.1:${options.port}`,
  // No limit of its own below that of the streams, which are bounded by bytes.
  jetstream: { store_dir: join(folder, 'store'), max_memory_store: 64 * 1_024 ** 2, max_file_store: 1_024 ** 4 },
  max_payload: 1_048_576,
  write_deadline: '10s',
  authorization: { users: natsUsers(options.credentials) },
});

const answers = async (url: string, { nats }: Credentials): Promise<boolean> => {
  const nc = await connect({
    servers: url,
    user: nats.admin.user,
    pass: nats.admin.password,
    reconnect: false,
    timeout: 1_000,
  });
  try {
    await jetstreamManager(nc, { timeout: 1_000 });
    return true;
  } finally {
    await nc.close();
  }
};

/** nats-server on PATH, else in the installation's `.fenghuo/parts`, else fetched from the system's package manager. */
export const findNats = async (): Promise<string> => {
  const parts = join(installation(), '.fenghuo', 'parts');
  const folders = [...(environment().PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin', parts].filter(
    (f) => f !== '',
  );
  const found = folders.map((folder) => join(folder, 'nats-server')).find(runnable);
  if (found !== undefined) return found;
  await promisify(execFile)('bash', [programFile('install-nats.sh'), parts]).catch((cause: unknown) => {
    throw new OpsError('binary_missing', 'nats-server is missing and could not be fetched', {
      help: 'Install nats-server 2.9 or newer (Debian: apt-get install nats-server), or set FENGHUO_NATS_URL to a running one.',
      cause,
    });
  });
  return join(parts, 'nats-server');
};

const runnable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
