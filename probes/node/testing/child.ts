// A Node process under test: what it says, when it ends, and that it is gone afterwards.
import { type ChildProcess, spawn } from 'node:child_process';

export type Child = {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** The first line of stdout that matches; rejects when the process ends before, or after 30 s. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the signal. */
  readonly ended: Promise<number | string>;
  kill(): Promise<void>;
};

/** `node ARGS` in a folder, with nothing of this test's environment but the path. */
export const startNode = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): Child => {
  const child = spawn(process.execPath, args, { cwd, env: { PATH: process.env.PATH, ...env } });
  let output = '';
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const fn of heard) fn();
    });
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'gone')),
  );
  return {
    process: child,
    output: () => output,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (match !== null) resolve(match);
        };
        heard.add(look);
        look();
        void ended.then((how) => reject(new Error(`ended (${how}) before it said ${pattern}:\n${output}`)));
        setTimeout(() => reject(new Error(`did not say ${pattern} in time:\n${output}`)), 30_000).unref();
      }),
    ended,
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
};
