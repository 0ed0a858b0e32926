// A playbook switches the payment channel and dies, renews, is replaced, arrives too early or too late: the app's own value always returns.
import { virtualClock } from '@fenghuo/kit';
import type { FlagReport } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Degrade, flagsMax } from './degrade.ts';

const KEY = 'payment.channel';
type Lease = {
  readonly value?: string | null;
  readonly action?: string;
  readonly renewal?: number;
  readonly leaseMs?: number;
  readonly key?: string;
};

const setUp = () => {
  const clock = virtualClock(1_800_000_000_000);
  const reports: Pick<FlagReport, 'value' | 'source' | 'action'>[] = [];
  const warnings: unknown[] = [];
  const degrade = new Degrade(
    'payment',
    clock,
    ({ key: _, ...report }) => reports.push(report),
    (error) => warnings.push(error),
  );
  let revision = 0;
  const entry = ({ value = 'bank-b', action = 'act-1', renewal = 0, leaseMs = 10_000, key = KEY }: Lease = {}) => ({
    v: 1,
    service: 'payment',
    key,
    value,
    leaseMs,
    action,
    renewal,
  });
  /** An entry that is written now. */
  const write = (lease: Lease = {}): void => degrade.take(entry(lease), 0, ++revision);
  const channel = (): string => degrade.flag(KEY, 'bank-a');
  return { clock, degrade, reports, warnings, entry, write, channel };
};

describe('a degrade flag', () => {
  it("has the app's own value until a playbook holds a lease, and again when it ends unrenewed, whoever is dead", () => {
    const { clock, reports, write, channel } = setUp();
    expect(channel()).toBe('bank-a');
    write();
    expect(channel()).toBe('bank-b');
    clock.advance(9_999);
    expect(channel()).toBe('bank-b');
    clock.advance(1);
    expect(channel()).toBe('bank-a');
    expect(reports).toEqual([
      { value: 'bank-b', source: 'lease', action: 'act-1' },
      { value: 'bank-a', source: 'expired', action: 'act-1' },
    ]);
  });

  it('is held by renewals, and each is not told anew', () => {
    const { clock, reports, write, channel } = setUp();
    channel();
    for (let renewal = 0; renewal < 10; renewal++) {
      write({ renewal });
      clock.advance(5_000);
      expect(channel()).toBe('bank-b');
    }
    expect(reports.length).toBe(1);
    clock.advance(5_000);
    expect(channel()).toBe('bank-a');
  });

  it('comes back at once when the playbook undoes it', () => {
    const { clock, reports, write, channel } = setUp();
    channel();
    write();
    write({ value: null, renewal: 1 });
    expect(channel()).toBe('bank-a');
    clock.advance(60_000);
    expect(reports.map(({ source }) => source)).toEqual(['lease', 'default']);
  });

  it('goes to the newer of two actions, with the newer lease', () => {
    const { clock, reports, write, channel } = setUp();
    channel();
    write({ leaseMs: 4_000 });
    write({ action: 'act-2', value: 'bank-c', leaseMs: 20_000 });
    clock.advance(10_000);
    expect(channel()).toBe('bank-c');
    expect(reports.map(({ action }) => action)).toEqual(['act-1', 'act-2']);
  });

  it('takes a lease that came before the app asked for the flag', () => {
    const { clock, write, channel } = setUp();
    write();
    clock.advance(4_000);
    expect(channel()).toBe('bank-b');
    clock.advance(6_000);
    expect(channel()).toBe('bank-a');
  });

  it('does not take an early lease that has ended by the time the app asks, nor one that was undone', () => {
    const ended = setUp();
    ended.write();
    ended.clock.advance(10_000);
    expect(ended.channel()).toBe('bank-a');
    const undone = setUp();
    undone.write();
    undone.write({ value: null, renewal: 1 });
    expect(undone.channel()).toBe('bank-a');
    expect(undone.reports).toEqual([]);
  });

  it('holds only for the rest of its time in an app that starts in the middle of it', () => {
    const { clock, degrade, entry, channel } = setUp();
    channel();
    degrade.take(entry(), 7_000, 1);
    clock.advance(2_999);
    expect(channel()).toBe('bank-b');
    clock.advance(1);
    expect(channel()).toBe('bank-a');
  });

  it('ignores what a dead engine left in the bucket an hour ago', () => {
    const { degrade, entry, channel, reports } = setUp();
    channel();
    degrade.take(entry(), 3_600_000, 1);
    expect(channel()).toBe('bank-a');
    expect(reports).toEqual([]);
  });

  it('is not extended by a connection that flaps and delivers the same entry again and again', () => {
    const { clock, degrade, entry, channel } = setUp();
    channel();
    degrade.take(entry(), 0, 5);
    for (let i = 0; i < 12; i++) {
      clock.advance(1_000);
      // A clock behind the server's makes the entry look fresh each time.
      degrade.take(entry(), 0, 5);
    }
    expect(channel()).toBe('bank-a');
  });

  it('is not cut short by one either, when this clock runs ahead', () => {
    const { clock, degrade, entry, channel } = setUp();
    channel();
    degrade.take(entry(), 0, 5);
    degrade.take(entry(), 9_500, 5);
    clock.advance(5_000);
    expect(channel()).toBe('bank-b');
  });

  it('does not trust an entry from the future for longer than its lease', () => {
    const { clock, degrade, entry, channel } = setUp();
    channel();
    degrade.take(entry(), -3_600_000, 1);
    clock.advance(10_000);
    expect(channel()).toBe('bank-a');
  });

  it('ends on time in an app that computes without pause, where no timer runs', () => {
    const { clock, degrade, entry } = setUp();
    // A clock whose timers never fire stands for a blocked event loop.
    const stuck = new Degrade('payment', { ...clock, after: () => ({ cancel: () => undefined }) }, () => undefined);
    stuck.flag(KEY, 'bank-a');
    stuck.take(entry(), 0, 1);
    expect(stuck.flag(KEY, 'bank-a')).toBe('bank-b');
    clock.advance(10_000);
    expect(stuck.flag(KEY, 'bank-a')).toBe('bank-a');
    expect(degrade.flag(KEY, 'bank-a')).toBe('bank-a');
  });

  it('tells all listeners, and survives one that throws', () => {
    const { clock, degrade, write, channel, warnings } = setUp();
    channel();
    const heard: string[] = [];
    degrade.onChange(() => {
      throw new Error('bug of the app');
    });
    const stop = degrade.onChange((key, value) => heard.push(`${key}=${value}`));
    write();
    clock.advance(10_000);
    stop();
    write({ renewal: 1 });
    expect(heard).toEqual([`${KEY}=bank-b`, `${KEY}=bank-a`]);
    expect(warnings.length).toBe(3);
  });

  it('takes no rubbish, and nothing that is meant for another service', () => {
    const { degrade, entry, channel } = setUp();
    channel();
    for (const rubbish of [undefined, 'x', {}, { ...entry(), leaseMs: 1e12 }, { ...entry(), service: 'order' }])
      degrade.take(rubbish, 0, 1);
    expect(channel()).toBe('bank-a');
  });

  it('is simply the own value for an app that invents a flag per customer', () => {
    const { degrade, write } = setUp();
    for (let i = 0; i < flagsMax + 50; i++) {
      expect(degrade.flag(`customer.${i}`, 'own')).toBe('own');
      write({ key: `customer.${i}` });
    }
    expect(degrade.flag('customer.0', 'own')).toBe('bank-b');
    expect(degrade.flag(`customer.${flagsMax + 1}`, 'own')).toBe('own');
  });

  it('never outlives its lease, whatever is written, delivered again or undone', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 8_000 }),
      leaseMs: fc.integer({ min: 2_000, max: 20_000 }),
      again: fc.boolean(),
      undo: fc.boolean(),
      ageMs: fc.integer({ min: -5_000, max: 15_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { clock, degrade, entry, channel } = setUp();
        channel();
        let revision = 0;
        let last = entry();
        // When the last genuine lease ends at the latest, by this clock.
        let endsMs = 0;
        for (const { waitMs, leaseMs, again, undo, ageMs } of steps) {
          clock.advance(waitMs);
          if (again && revision > 0) degrade.take(last, ageMs, revision);
          else {
            last = entry({ leaseMs, renewal: revision, ...(undo ? { value: null } : {}) });
            degrade.take(last, 0, ++revision);
            endsMs = undo ? 0 : clock.monotonic() + leaseMs;
          }
          expect(channel()).toBe(clock.monotonic() < endsMs ? 'bank-b' : 'bank-a');
        }
        clock.advance(20_000);
        expect(channel()).toBe('bank-a');
      }),
    );
  });
});
