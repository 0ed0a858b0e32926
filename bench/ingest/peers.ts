// Prometheus and VictoriaMetrics from their Debian packages, unpacked under .fenghuo/peers and never installed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '@fenghuo/kit';
import { folderBytes } from './processes.ts';

export type Peer = {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  /** Waits for what runs behind the answers, then says how many bytes hold the samples. */
  settle(): Promise<number>;
  stop(): Promise<void>;
};

/** The binary of a package; undefined where apt is not at hand. */
export const binary = (name: string): string | undefined => {
  const folder = join(process.cwd(), '.fenghuo', 'peers');
  const path = join(folder, 'usr', 'bin', name);
  if (existsSync(path)) return path;
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync('apt-get', ['download', name], { cwd: folder, stdio: 'ignore' });
    const file = readdirSync(folder).find((one) => one.startsWith(`${name}_`));
    execFileSync('dpkg-deb', ['-x', join(folder, file ?? ''), folder]);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
};

const started = async (child: ChildProcess, url: string): Promise<void> => {
  for (let i = 0; i < 300; i++) {
    if (child.exitCode !== null) throw new Error(`${url} ended with ${child.exitCode}`);
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await realClock.sleep(100);
  }
  throw new Error(`${url} did not come up`);
};

const ended = async (child: ChildProcess, data: string): Promise<void> => {
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGKILL');
  await gone;
  rmSync(data, { recursive: true, force: true });
};

const PORT = 18_428;

export const startVictoria = async (path: string): Promise<Peer> => {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-vm-'));
  const child = spawn(
    path,
    [`-storageDataPath=${data}`, `-httpListenAddr=127.0.0.1:${PORT}`, '-retentionPeriod=1', '-loggerLevel=ERROR'],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${PORT}`;
  await started(child, `${url}/health`);
  return {
    name: 'VictoriaMetrics',
    pid: child.pid!,
    url: `${url}/api/v1/write`,
    settle: async () => {
      await fetch(`${url}/internal/force_flush`);
      await fetch(`${url}/internal/force_merge`);
      for (let before = -1, same = 0; same < 4; ) {
        const bytes = folderBytes(join(data, 'data'));
        same = bytes === before ? same + 1 : 0;
        before = bytes;
        await realClock.sleep(500);
      }
      return folderBytes(join(data, 'data'));
    },
    stop: () => ended(child, data),
  };
};

/** @param config its configuration file */
export const startPrometheus = async (path: string, config = 'global: {}\n'): Promise<Peer> => {
  const data = mkdtempSync(join(tmpdir(), 'fenghuo-prometheus-'));
  writeFileSync(join(data, 'prometheus.yml'), config);
  const child = spawn(
    path,
    [
      `--config.file=${join(data, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(data, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${PORT + 1}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-admin-api',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${PORT + 1}`;
  await started(child, `${url}/-/ready`);
  return {
    name: 'Prometheus',
    pid: child.pid!,
    url: `${url}/api/v1/write`,
    settle: async () => {
      // What it would keep for good: the head written as a block.
      await fetch(`${url}/api/v1/admin/tsdb/snapshot`, { method: 'POST' });
      return folderBytes(join(data, 'tsdb', 'snapshots'));
    },
    stop: () => ended(child, data),
  };
};
