// The processes of the probe's bench: built once, each its own, all gone when the bench is.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadOrder, LoadReport } from './load.ts';

const root = new URL('../..', import.meta.url).pathname;
/** Below the repository's node_modules, so that the programs find their packages. */
const built = join(root, 'node_modules', '.cache', 'fenghuo-bench-probe');

/** Builds the programs, and the probe as npm publishes it. */
export const buildPrograms = async (): Promise<void> => {
  const { build, stop } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: ['app', 'peer', 'otel', 'load'].map((name) => `bench/probe/${name}.ts`),
    outdir: built,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  });
  await stop();
  execFileSync(process.execPath, ['build.mjs'], { cwd: join(root, 'probes/node') });
};

export type Observer = 'none' | 'otel' | 'probe';
const imports: Readonly<Record<Observer, readonly string[]>> = {
  none: [],
  otel: ['--import', join(built, 'otel.mjs')],
  probe: ['--import', join(root, 'probes/node/dist/register.mjs')],
};

export type Running = { readonly child: ChildProcess; readonly pid: number; readonly url: string };

const start = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Running & { stop(): Promise<void> }> => {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const port = await new Promise<unknown>((resolve, reject) => {
    child.once('message', (message: unknown) => resolve(Reflect.get(Object(message), 'port')));
    child.once('exit', (code) => reject(new Error(`${args.at(-1)} ended with ${code}`)));
  });
  return {
    child,
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
};

/** Programs that end together. */
export class Children {
  private readonly all: { stop(): Promise<void> }[] = [];

  async peer(): Promise<Running> {
    return this.keep(await start([join(built, 'peer.mjs')], {}));
  }
  async app(observer: Observer, env: Readonly<Record<string, string>>): Promise<Running> {
    return this.keep(await start([...imports[observer], join(built, 'app.mjs')], env));
  }
  async load(): Promise<Load> {
    return new Load(this.keep(await start([join(built, 'load.mjs')], {})).child);
  }
  async stop(): Promise<void> {
    // The caller before what it calls, so that nobody complains of a peer that is gone.
    for (const one of this.all.splice(0).reverse()) await one.stop();
  }
  private keep<T extends { stop(): Promise<void> }>(one: T): T {
    this.all.push(one);
    return one;
  }
}

/** The load generator, and everything it measured. */
export class Load {
  private readonly reports: LoadReport[] = [];
  private readonly child: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
    // Our own program; its reports are as load.ts types them.
    child.on('message', (report: LoadReport) => void this.reports.push(report));
  }
  onto({ url }: Running, perSecond: number): void {
    this.child.send({ url: `${url}/order`, perSecond } satisfies LoadOrder);
  }
  off(): void {
    this.child.send({ stop: true } satisfies LoadOrder);
  }
  /** Latencies (ms) of requests meant for [fromMs, toMs), and how many failed. */
  between(fromMs: number, toMs: number): { readonly ms: number[]; readonly failed: number } {
    const within = this.reports.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).flatMap(({ ms }) => ms);
    const ms = within.filter((one) => one !== null);
    return { ms, failed: within.length - ms.length };
  }
}

/** Processor seconds a process has used, from /proc (in steps of 10 ms). */
export const cpuSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
/** Resident memory, MB (10^6 bytes). */
export const rssMb = (pid: number): number =>
  (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024) / 1e6;
