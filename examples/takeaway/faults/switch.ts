// The chaos switch: begins faults, holds their time, ends them. Whoever asked for one may be killed: it ends nonetheless.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { End, Options, Platform } from './fault.ts';
import { faults } from './table.ts';

/** Nothing lasts longer than this unless it is asked for again. */
const SECONDS_MAX = 1_800;
type Running = {
  readonly fault: string;
  readonly target: string;
  readonly untilMs: number;
  readonly over: () => Promise<void>;
};

/** `off` ends everything that is going on. */
export type ChaosSwitch = { readonly off: () => Promise<void> };

/** Listens on the launcher's control port: `/begin?fault=…&target=…`, `/off`, `/` for what is going on now. */
export const chaosSwitch = (platform: Platform, ready: () => void): ChaosSwitch => {
  const running = new Map<string, Running>();
  // What began when and ended when, by the switch itself: what a bench holds the engine against.
  const log = (what: 'began' | 'ended', fault: string, target: string, options: Options = {}): void =>
    appendFileSync(
      join(platform.config.data, 'chaos.ndjson'),
      `${JSON.stringify({ what, fault, target, atMs: Date.now(), ...options })}\n`,
    );
  const off = async (): Promise<void> => {
    for (const one of [...running.values()]) await one.over();
  };

  const begin = async (query: URLSearchParams): Promise<string | undefined> => {
    const { fault: name = '', target: named, ...asked } = Object.fromEntries(query);
    const fault = faults[name];
    const target = named ?? fault?.targets[0];
    if (fault === undefined || target === undefined || !fault.targets.includes(target)) return undefined;
    const seconds = Math.min(SECONDS_MAX, Number(asked.seconds) || fault.seconds);
    const options = { ...fault.options, ...asked, seconds: String(seconds) };
    const id = `${name} ${target}`;
    await running.get(id)?.over();
    const end: End = await fault.begin(platform, target, options);
    log('began', name, target, options);
    const over = async (): Promise<void> => {
      if (!running.delete(id)) return;
      clearTimeout(timer);
      // What is gone by now (a killed process) needs no ending.
      await Promise.resolve()
        .then(end)
        .catch(() => undefined);
      log('ended', name, target);
    };
    const timer = setTimeout(() => void over(), seconds * 1_000);
    running.set(id, { fault: name, target, untilMs: Date.now() + seconds * 1_000, over });
    return `${name} on ${target} for ${seconds} s`;
  };

  createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://launcher');
    const answer = async (): Promise<[status: number, text: string]> => {
      if (url.pathname === '/begin') {
        const done = await begin(url.searchParams);
        return done === undefined ? [404, 'no such fault or target'] : [200, done];
      }
      if (url.pathname === '/off') await off();
      return [
        200,
        JSON.stringify([...running.values()].map(({ fault, target, untilMs }) => ({ fault, target, untilMs }))),
      ];
    };
    answer()
      .catch((error: unknown): [number, string] => [503, error instanceof Error ? error.message : String(error)])
      .then(([status, text]) => response.writeHead(status).end(`${text}\n`));
  }).listen(platform.config.controlPort('launcher'), '127.0.0.1', ready);
  return { off };
};
