// Faults on the running platform: each ends by itself, also when the command that asked for it is killed, and `off` ends all.
import { expect, it } from 'vitest';
import { config } from '../../examples/takeaway/config.ts';
import { faults } from '../../examples/takeaway/faults/table.ts';
import { ended, type Running } from './running.ts';
import { eventually } from './watcher.ts';

export const underFaults = (platform: () => Running): void => {
  const log: Running['log'] = (name) => platform().log(name);
  const chaos: Running['chaos'] = (...args) => platform().chaos(...args);
  const count = (what: string, fault: string): number =>
    log('chaos').filter((one) => one.what === what && one.fault === fault).length;

  it('ends a fault at its time although the command that asked for it is killed', async () => {
    const command = chaos('bank-slow', '--target', 'bank-a', '--seconds', '4');
    await eventually('the fault begins', 20_000, () => count('began', 'bank-slow') === 1);
    command.kill('SIGKILL');
    await ended(command);
    await eventually('the bank is healthy', 10_000, () => log('bank-a').some((one) => one.what === 'healthy again'));
    await eventually('the switch says so', 5_000, () => count('ended', 'bank-slow') === 1);
  }, 60_000);

  it('takes a database connection from a service, so that orders fail, and gives it back on `off`', async () => {
    await eventually(
      'nobody fails any more',
      30_000,
      () => log('customers').at(-1)?.failed === log('customers').at(-5)?.failed,
    );
    const before = log('customers').at(-1)?.failed ?? 0;
    expect(await ended(chaos('pool-exhaustion', '--target', 'user'))).toBe(0);
    await eventually('orders fail', 20_000, () => (log('customers').at(-1)?.failed ?? 0) > before + 5);
    expect(await ended(chaos('off'))).toBe(0);
    expect(count('ended', 'pool-exhaustion')).toBe(1);
    const paid = log('customers').at(-1)?.paid;
    await eventually('orders are paid again', 20_000, () => Number(log('customers').at(-1)?.paid) > Number(paid) + 10);
  }, 90_000);

  it('begins and ends everything that the list names, one after the other, and customers are served afterwards', async () => {
    const port = config(platform().env).controlPort('launcher');
    for (const [fault, { targets }] of Object.entries(faults)) {
      const target = targets.at(-1)!;
      const before = count('ended', fault);
      const url = `http://127.0.0.1:${port}/begin?${new URLSearchParams({ fault, target, seconds: '1' })}`;
      // What the fault before it killed is being started again: until then the switch says that it is not there.
      let answer = await fetch(url);
      for (const end = Date.now() + 15_000; answer.status === 503 && Date.now() < end; answer = await fetch(url))
        await new Promise((resolve) => setTimeout(resolve, 500));
      const text = await answer.text();
      // Without the right to mount there is no volume to fill, and the switch must say so.
      if (fault === 'disk-full' && answer.status === 503) {
        expect(text).toContain('takes root');
        continue;
      }
      expect([fault, answer.status, text]).toEqual([fault, 200, `${fault} on ${target} for 1 s\n`]);
      await eventually(`${fault} ends`, 10_000, () => count('ended', fault) === before + 1);
    }
    const paid = Number(log('customers').at(-1)?.paid);
    await eventually('orders are paid again', 60_000, () => Number(log('customers').at(-1)?.paid) > paid + 10);
  }, 240_000);

  it('refuses a target that such a fault cannot hit', async () => {
    expect(await ended(chaos('bank-slow', '--target', 'menu'))).toBe(2);
    expect(await ended(chaos('no-such-fault'))).toBe(2);
  }, 30_000);
};
