// The desk restarts what is on its list and nothing else, and a release that is held comes back unless it was held for long.
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { obey, restartable } from './desk.ts';
import { holdable, releases } from './faults/releases.ts';

const name = (role: string): string => `n-${role}`;
const running = (script: string) => spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
const signalOf = async (script: string): Promise<string | null> => {
  const child = running(`${script}; process.stdout.write('up')`);
  await new Promise((up) => child.stdout.once('data', up));
  const ended = new Promise<string | null>((done) => child.once('exit', (_, signal) => done(signal)));
  obey({ order: 'instance.restart', value: 'n-menu' }, { name, find: () => child }, () => undefined);
  return ended;
};

describe('a restart', () => {
  it('ends a process politely, and one that does not hear by force', async () => {
    expect(await signalOf('setInterval(() => undefined, 1000)')).toBe('SIGTERM');
    expect(await signalOf("process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)")).toBe(
      'SIGKILL',
    );
  }, 20_000);

  it('of what is not on the list is refused, and said so', () => {
    const told: string[] = [];
    const find = () => {
      throw new Error('not to be looked for');
    };
    for (const role of ['payment', 'order', 'bank-a', 'database'])
      obey({ order: 'instance.restart', value: name(role) }, { name, find }, (text) => told.push(text));
    expect(told).toHaveLength(4);
    expect(restartable).not.toContain('payment');
    for (const noise of [undefined, 'ready', { order: 'format.disk', value: 'n-menu' }])
      obey(noise, { name, find }, (text) => told.push(text));
    expect(told).toHaveLength(4);
  });
});

describe('a release', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    releases.clear();
  });
  const begin = () => {
    const did: string[] = [];
    const release = holdable(
      () => did.push('stop'),
      () => did.push('start'),
      () => did.push('withdraw'),
    );
    releases.set('menu', release);
    const say = (value: string) =>
      obey({ order: 'release.hold', value }, { name, find: () => running('') }, () => undefined);
    return { did, release, say };
  };

  it('that is held comes back when it is let go', () => {
    const { did, say } = begin();
    say('n-user');
    expect(did).toEqual([]);
    say('n-menu');
    say('n-menu');
    vi.advanceTimersByTime(20_000);
    say('none');
    expect(did).toEqual(['stop', 'start']);
    vi.advanceTimersByTime(60_000);
    expect(did).toEqual(['stop', 'start']);
  });

  it('that was held for long is withdrawn for good', () => {
    const { did, say } = begin();
    say('n-menu');
    vi.advanceTimersByTime(25_000);
    say('none');
    expect(did).toEqual(['stop', 'withdraw']);
  });

  it('that is over by itself is neither', () => {
    const { did, release, say } = begin();
    release.end();
    say('n-menu');
    vi.advanceTimersByTime(60_000);
    expect(did).toEqual([]);
  });
});
