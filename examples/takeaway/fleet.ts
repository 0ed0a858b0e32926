// The platform's processes: started, started again when they crash, told things, ended for good.
import { type ChildProcess, spawn } from 'node:child_process';

const READY_MS_MAX = 40_000;
const RESTART_MS = 1_500;
const END_MS = 1_000;

export type Fleet = {
  /** Starts a process and resolves when it says that it is ready; `heard` gets all that it says. */
  start(
    name: string,
    command: string,
    args: readonly string[],
    env: Record<string, string>,
    heard?: (message: unknown) => void,
  ): Promise<void>;
  /** A process that says nothing (nats-server): started again when it ends. */
  keep(name: string, command: string, args: readonly string[], env: Record<string, string>): void;
  /** The running process; throws where there is none. */
  find(name: string): ChildProcess;
  /** Ends a process for good. */
  retire(name: string): void;
  stop(): void;
};

export const createFleet = (): Fleet => {
  const children = new Map<string, ChildProcess>();
  let stopping = false;
  const isGone = (name: string, child: ChildProcess): boolean => stopping || children.get(name) !== child;
  const start: Fleet['start'] = (name, command, args, env, heard) =>
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
      if (heard !== undefined) child.on('message', heard);
      child.once('exit', (code, signal) => {
        clearTimeout(late);
        if (isGone(name, child)) return;
        process.stderr.write(`takeaway: ${name} ended (${signal ?? code}), starting it again\n`);
        setTimeout(
          () => !isGone(name, child) && void start(name, command, args, env, heard).catch(() => undefined),
          RESTART_MS,
        );
      });
    });
  const keep: Fleet['keep'] = (name, command, args, env) => {
    const child = spawn(command, args, { env, stdio: 'ignore' });
    children.set(name, child);
    child.once('exit', () => !isGone(name, child) && setTimeout(() => keep(name, command, args, env), RESTART_MS));
  };
  const find: Fleet['find'] = (name) => {
    const child = children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      throw new Error(`no process ${name} is running`);
    return child;
  };
  return {
    start,
    keep,
    find,
    retire: (name) => {
      const child = children.get(name);
      children.delete(name);
      child?.kill('SIGTERM');
    },
    stop: () => {
      if (stopping) return;
      stopping = true;
      for (const child of children.values()) child.kill('SIGTERM');
      setTimeout(() => {
        for (const child of children.values()) child.kill('SIGKILL');
        process.exit(0);
      }, END_MS);
    },
  };
};
