// One supervised program: start, wait until it is ready, restart with back-off when it crashes, stop cleanly.
// Whether it is our service, NATS or ClickHouse is the business of the spec that is handed in.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, realClock } from '../clock.ts';
import { environment } from '../config.ts';
import { OpsError } from '../error.ts';
import { readyMessage } from '../lifecycle.ts';

export type ProgramSpec = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Its stdout and stderr go here; moved aside at 16 MB when it starts. */
  readonly logFile: string;
  /** Asked repeatedly until true; absent: the program says `readyMessage` over IPC. */
  readonly probe?: () => Promise<boolean>;
  readonly readyMsMax?: number;
  /** How long after SIGTERM it is killed. */
  readonly stopMsMax?: number;
  /** Restart after a crash; tests that kill on purpose say false. */
  readonly restart: boolean;
  /** Turns the end of its log into the error a person can act upon. */
  readonly diagnose?: (log: string) => OpsError | undefined;
  readonly onEvent?: (event: ProgramEvent) => void;
};
export type ProgramEvent =
  | { readonly kind: 'crashed'; readonly name: string; readonly code: number | string; readonly restartMs: number }
  | { readonly kind: 'restarted'; readonly name: string; readonly tookMs: number };
export type Program = {
  readonly name: string;
  pid(): number | undefined;
  /** SIGTERM, then SIGKILL after `stopMsMax`; resolves when nothing of it is left. */
  stop(): Promise<void>;
  /** SIGKILL to it and what it started, at once: for tests of crashes. */
  kill(): Promise<void>;
  /** Starts it again after `kill` or `stop`. */
  start(): Promise<void>;
};

const backoffMs = [200, 500, 1_000, 2_000, 5_000, 10_000] as const;
const logBytesMax = 16 * 1_024 ** 2;

/** Starts the program and resolves when it is ready; throws OpsError where the first start fails. */
export const startProgram = async (spec: ProgramSpec, clock: Clock = realClock): Promise<Program> => {
  let child: ChildProcess | undefined;
  let wanted = true;
  let crashes = 0;

  const launch = async (): Promise<void> => {
    const started = clock.monotonic();
    const running = spawnProgram(spec);
    child = running;
    const gone = exited(running);
    await ready(spec, running, gone, clock);
    // Only the exit of a program that was ready is a crash; before that, the start itself failed.
    void gone.then((code) => child === running && onExit(code, clock.monotonic() - started));
  };
  const onExit = (code: number | string, aliveMs: number): void => {
    child = undefined;
    if (!wanted || !spec.restart) return;
    crashes = aliveMs > 30_000 ? 1 : crashes + 1;
    const restartMs = backoffMs[Math.min(crashes, backoffMs.length) - 1]!;
    spec.onEvent?.({ kind: 'crashed', name: spec.name, code, restartMs });
    clock.after(restartMs, relaunch);
  };
  const relaunch = (): void => {
    if (!wanted) return;
    const from = clock.monotonic();
    launch().then(
      () => spec.onEvent?.({ kind: 'restarted', name: spec.name, tookMs: clock.monotonic() - from }),
      () => onExit('start failed', 0),
    );
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    wanted = false;
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = exited(running);
    if (signal === 'SIGKILL') killGroup(running);
    else running.kill(signal);
    const late = clock.after(spec.stopMsMax ?? 6_000, () => killGroup(running));
    await gone;
    late.cancel();
    // Whatever it started and left behind goes with it.
    killGroup(running);
    child = undefined;
  };
  const start = async (): Promise<void> => {
    wanted = true;
    await launch();
  };
  await start();
  return { name: spec.name, pid: () => child?.pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL'), start };
};

const spawnProgram = (spec: ProgramSpec): ChildProcess => {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  try {
    if (statSync(spec.logFile).size > logBytesMax) renameSync(spec.logFile, `${spec.logFile}.1`);
  } catch {
    // No log yet.
  }
  const log = openSync(spec.logFile, 'a', 0o600);
  const options: SpawnOptions = {
    // A group of its own: Ctrl-C in the terminal reaches only us, and we stop the parts in order.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...environment(), ...spec.env },
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
  };
  const child = spawn(spec.command, spec.args, options);
  closeSync(log);
  return child;
};

const exited = (child: ChildProcess): Promise<number | string> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode ?? child.signalCode ?? 0);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0));
    child.once('error', (error) => resolve(error.message));
  });

const ready = async (
  spec: ProgramSpec,
  child: ChildProcess,
  gone: Promise<number | string>,
  clock: Clock,
): Promise<void> => {
  let over = false;
  const said = new Promise<true>((resolve) =>
    child.on('message', (message) => message === readyMessage && resolve(true)),
  );
  const asked = async (): Promise<boolean> => {
    if (spec.probe === undefined) return said;
    while (!over) {
      if (await spec.probe().catch(() => false)) return true;
      await clock.sleep(50);
    }
    return false;
  };
  let timer: { cancel(): void } | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = clock.after(spec.readyMsMax ?? 30_000, () => resolve('late'));
  });
  const outcome = await Promise.race([asked(), gone, late]);
  over = true;
  timer?.cancel();
  if (outcome === true) return;
  killGroup(child);
  const tail = lastLines(spec.logFile);
  const found = spec.diagnose?.(tail);
  if (found) throw found;
  const how =
    outcome === 'late' ? `was not ready within ${(spec.readyMsMax ?? 30_000) / 1_000} s` : `ended at once (${outcome})`;
  throw new OpsError('part_failed', `${spec.name} ${how}`, {
    help: `Its last words, from ${spec.logFile}:\n${tail.split('\n').slice(-8).join('\n')}`,
  });
};

const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
};

const lastLines = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').slice(-4_096).trim();
  } catch {
    return '';
  }
};
