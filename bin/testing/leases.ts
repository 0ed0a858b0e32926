// What the example's services really do while a playbook holds a lease, and that they return by themselves: no engine acts here, leases are written by hand.
import { type Bus, connectBus, realClock } from '@fenghuo/kit';
import { readCredentials } from '@fenghuo/kit/parts';
import { type FlagLease, flagKey, flagsBucket } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Running } from './running.ts';
import { eventually } from './watcher.ts';

const LEASE_MS = 3_000;

export const underLeases = (platform: () => Running): void => {
  let bus: Bus;
  let renewal = 0;
  const gateway = (): string => `http://127.0.0.1:${17_100 + platform().shift}`;
  const pids = (service: string): number[] => platform().pids(service);
  const put = async (service: string, key: string, value: string | null): Promise<void> => {
    const lease: FlagLease = {
      v: 1,
      service,
      key,
      value,
      leaseMs: LEASE_MS,
      action: `by-hand-${key}`,
      renewal: renewal++,
    };
    await (await bus.kvm.open(flagsBucket)).put(flagKey(service, key), JSON.stringify(lease));
  };
  const status = async (path: string, body?: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(
      `${gateway()}${path}`,
      body ? { method: 'POST', headers, body: JSON.stringify(body) } : {},
    );
    await answer.arrayBuffer();
    return answer.status;
  };

  beforeAll(async () => {
    const { data, shift } = platform();
    const admin = readCredentials(data)?.nats.admin;
    bus = await connectBus(
      { natsUrl: `nats://127.0.0.1:${14_222 + shift}`, natsUser: admin?.user, natsPassword: admin?.password },
      'test',
    );
    await eventually('menus are served', 30_000, async () => (await status('/menu/3')) === 200);
  }, 60_000);
  afterAll(async () => await bus?.close());

  it('turns browsing away, and takes orders; afterwards it serves menus again by itself', async () => {
    await put('app-gateway', 'traffic.shed', 'browsing');
    await eventually('browsing is turned away', 3_000, async () => (await status('/menu/3')) === 429);
    expect(await status('/orders', { user: '1', merchant: '1', amount: 20 })).toBe(201);
    await eventually('the lease is over', LEASE_MS + 2_000, async () => (await status('/menu/3')) === 200);
  }, 20_000);

  it('serves menus from memory while the menu service is gone', async () => {
    for (let merchant = 0; merchant < 20; merchant++) expect(await status(`/menu/${merchant}`)).toBe(200);
    await put('app-gateway', 'menu.source', 'cache');
    await realClock.sleep(300);
    for (const pid of pids('menu')) process.kill(pid, 'SIGKILL');
    for (let i = 0; i < 10; i++) expect(await status(`/menu/${i}`)).toBe(200);
    await put('app-gateway', 'menu.source', null);
    await eventually('the menu service is back', 30_000, async () => (await status('/menu/3')) === 200);
  }, 60_000);

  it('leaves recommendations out', async () => {
    const extras = async (): Promise<number> => {
      const answer = (await (await fetch(`${gateway()}/menu/3`)).json()) as { extras: readonly object[] };
      return answer.extras.length;
    };
    await eventually('there are some', 10_000, async () => (await extras()) > 0);
    await put('app-gateway', 'recommendations', 'off');
    await eventually('there are none', 3_000, async () => (await extras()) === 0);
    await eventually('there are some again', LEASE_MS + 5_000, async () => (await extras()) > 0);
  }, 30_000);

  it('restarts an instance on the list once, and one that is not on it never', async () => {
    const [before, payment] = [pids('terminals'), pids('payment')];
    expect([before.length, payment.length]).toEqual([1, 1]);
    await put('operator', 'instance.restart', 'terminals');
    await eventually('it is another process', 30_000, () => {
      const now = pids('terminals');
      return now.length === 1 && now[0] !== before[0];
    });
    const after = pids('terminals');
    await put('operator', 'instance.restart', 'payment');
    await realClock.sleep(LEASE_MS + 1_000);
    expect([pids('terminals'), pids('payment')]).toEqual([after, payment]);
  }, 60_000);
};
