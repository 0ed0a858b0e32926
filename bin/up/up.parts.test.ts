// `fenghuo up` as a person uses it: ready quickly, Ctrl-C leaves nothing, kill -9 leaves nothing within 5 s.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
// Chosen so that no port is one that fetch refuses to ask (4190 is: https://fetch.spec.whatwg.org/#port-blocking).
const shift = 1_004 + 20 * (process.pid % 100);
let data: string;
let child: ChildProcess;
let output: string;

const start = (...args: string[]): Promise<void> => {
  output = '';
  child = spawn(process.execPath, [join(root, 'bin/fenghuo.mjs'), 'up', '--data', data, ...args], {
    cwd: root,
    env: { ...process.env, FENGHUO_PORT_SHIFT: String(shift), FENGHUO_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('Console http')) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('exit', (code) => reject(new Error(`up ended with ${code}:\n${output}`)));
  });
};

/** Every process whose environment names this data folder: whatever `up` started, whoever its parent is now. */
const ours = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`FENGHUO_DATA=${data}`)) return [];
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    });
const until = async (what: () => boolean, ms: number): Promise<boolean> => {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (what()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return what();
};
const exit = (): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'fenghuo-up-'));
});
afterEach(async () => {
  child.kill('SIGKILL');
  await until(() => ours().length === 0, 6_000);
  rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

describe('fenghuo up', () => {
  it('keeps its secrets to itself, and Ctrl-C leaves no process', async () => {
    await start();
    expect(statSync(join(data, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(ours().length).toBeGreaterThanOrEqual(4);
    const gone = exit();
    child.kill('SIGINT');
    expect(await gone).toBe(0);
    expect(ours()).toEqual([]);
  });

  it('leaves nothing within 5 s of its own kill -9, and starts again on the same data', async () => {
    await start();
    const gone = exit();
    child.kill('SIGKILL');
    await gone;
    expect(await until(() => ours().length === 0, 5_000), ours().join('\n')).toBe(true);
    const from = Date.now();
    await start();
    expect(Date.now() - from).toBeLessThan(15_000);
  });

  it('brings a killed NATS back', async () => {
    await start();
    const pid = readdirSync('/proc').find((name) => {
      try {
        return (
          readFileSync(`/proc/${name}/comm`, 'utf8').startsWith('nats-server') &&
          readFileSync(`/proc/${name}/environ`, 'utf8').includes(data)
        );
      } catch {
        return false;
      }
    });
    process.kill(Number(pid), 'SIGKILL');
    expect(await until(() => /NATS +back after/.test(output), 10_000), output).toBe(true);
  });

  it('says which port is taken, and leaves with 3', async () => {
    await start();
    const first = child;
    const gone = new Promise<string>((resolve) => {
      const second = spawn(process.execPath, [join(root, 'bin/fenghuo.mjs'), 'up', '--data', `${data}/other`], {
        cwd: root,
        env: { ...process.env, FENGHUO_PORT_SHIFT: String(shift), FENGHUO_DATA: data },
      });
      let text = '';
      second.stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      second.on('exit', (code) => resolve(`${code} ${text}`));
    });
    expect(await gone).toMatch(/^3 .*port \d+ on 127\.0\.0\.1 is taken/s);
    expect(child).toBe(first);
  });
});
