// What can be known before a part is started: its port is free, its disk has room, its file is there.
import { randomInt } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { OpsError } from '../error.ts';
import { listenError } from '../health.ts';

const diskBytesMin = 256 * 1_024 ** 2;
/** Below what the kernel gives to outgoing connections: one of those must not take the port of a server that is being started again. */
const [PORTS_FROM, PORTS] = [20_000, 10_000];
const given = new Set<number>();

/** Throws OpsError `port_busy` where something listens there already. */
export const checkPort = (port: number, host = '127.0.0.1'): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) => reject(listenError(cause, host, port)));
    server.listen(port, host, () => server.close(() => resolve()));
  });

/** A port nobody uses now, and that was not given before. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = PORTS_FROM + randomInt(PORTS);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Throws OpsError `disk_full` where the folder's disk has less than 256 MB left. */
export const checkDisk = (folder: string, bytesMin = diskBytesMin): void => {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytesMin) return;
  throw diskFull(folder, bavail * bsize);
};

export const diskFull = (folder: string, bytesLeft?: number): OpsError =>
  new OpsError(
    'disk_full',
    `the disk under ${folder} is full${bytesLeft === undefined ? '' : ` (${Math.floor(bytesLeft / 1_024 ** 2)} MB left)`}`,
    {
      help: `Make room (at least ${diskBytesMin / 1_024 ** 2} MB), or choose another folder with --data.`,
    },
  );

/** A file of this package that is started as a program of its own; found by name, since a bundle lies elsewhere. */
export const programFile = (name: 'guard.mjs' | 'clickhouse.mjs' | 'install-nats.sh'): string =>
  join(installation(), 'probes/kit/parts', name);

/** The folder this installation lives in: the root of the workspaces. */
export const installation = (): string => {
  const kit = dirname(createRequire(import.meta.url).resolve('@fenghuo/kit/package.json'));
  return join(kit, '../..');
};
