// Payments as apps tell of them: held against a plain count over random histories, and told with the incident that they belong to.
import type { BusinessEvent, BusinessStep } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PaymentBook } from './payments.ts';
import { Run } from './testing/run.ts';

const T0 = 1_700_000_000_000;
const event = (subject: string, ref: string, step: BusinessStep, more: Partial<BusinessEvent> = {}): BusinessEvent => ({
  kind: 'payment',
  step,
  subject,
  ref,
  amount: 1_000,
  party: 'bank',
  atMs: T0,
  ...more,
});
const batch = (...events: readonly BusinessEvent[]) => ({
  v: 1 as const,
  probe: 'till@1',
  service: 'till',
  events: [...events],
});

describe('the payment book', () => {
  it('lists what was charged and never confirmed, after a while and with its proof', () => {
    const book = new PaymentBook();
    book.take(batch(event('cart', '1', 'requested'), event('cart', '1', 'failed')), T0);
    book.take(batch(event('cart', '1', 'charged', { atMs: T0 + 2_000 })), T0 + 2_000);
    expect(book.troubled(T0, T0 + 6_000).unconfirmed.count).toBe(0);
    const { unconfirmed, twice } = book.troubled(T0, T0 + 7_000);
    expect(unconfirmed).toMatchObject({ count: 1, amount: 1_000 });
    expect(unconfirmed.listed[0]?.evidence.map(({ step, ref, by }) => [step, ref, by])).toEqual([
      ['requested', '1', 'till'],
      ['failed', '1', 'till'],
      ['charged', '1', 'till'],
    ]);
    expect(twice.count).toBe(0);
  });

  it('lists what was charged again, whether or not the second was confirmed, and not what was given back', () => {
    const book = new PaymentBook();
    book.take(batch(event('cart', '1', 'charged'), event('cart', '2', 'confirmed'), event('cart', '2', 'charged')), T0);
    expect(book.troubled(T0, T0).twice).toMatchObject({
      count: 1,
      amount: 1_000,
      listed: [{ charges: 2, charged: 2_000 }],
    });
    expect(book.troubled(T0, T0 + 60_000).unconfirmed.count).toBe(0);
    book.take(batch(event('cart', '1', 'refunded')), T0 + 1_000);
    expect(book.troubled(T0, T0 + 60_000)).toMatchObject({ twice: { count: 0 }, unconfirmed: { count: 0 } });
  });

  it('knows only of payments since the onset, and forgets the oldest', () => {
    const book = new PaymentBook();
    book.take(batch(event('old', '1', 'charged')), T0);
    book.take(batch(event('new', '1', 'charged')), T0 + 60_000);
    expect(book.troubled(T0 + 30_000, T0 + 120_000).unconfirmed.listed.map(({ subject }) => subject)).toEqual(['new']);
    for (let i = 0; i < 50_000; i++) book.take(batch(event(`cart-${i}`, '1', 'requested')), T0 + 120_000);
    expect(book.troubled(T0, T0 + 120_000).unconfirmed.count).toBe(0);
    expect(book.forgotten).toBe(2);
    book.prune(T0 + 120_000 + 3_600_001);
    book.take(batch(event('cart-1', '1', 'charged')), T0 + 4_000_000);
    expect(book.troubled(0, T0 + 5_000_000).unconfirmed.listed[0]?.evidence).toHaveLength(1);
  });

  it('agrees with a plain count over random histories', () => {
    const steps: readonly BusinessStep[] = ['requested', 'confirmed', 'failed', 'charged', 'refunded'];
    const told = fc.record({
      subject: fc.constantFrom('a', 'b', 'c', 'd'),
      ref: fc.constantFrom('1', '2', '3'),
      step: fc.constantFrom(...steps),
    });
    fc.assert(
      fc.property(fc.array(told, { maxLength: 60 }), (history) => {
        const book = new PaymentBook();
        for (const { subject, ref, step } of history) book.take(batch(event(subject, ref, step)), T0);
        const has = (subject: string, ref: string, ...any: BusinessStep[]): boolean =>
          history.some((h) => h.subject === subject && h.ref === ref && any.includes(h.step));
        const paid = (subject: string): number =>
          ['1', '2', '3'].filter((ref) => has(subject, ref, 'charged', 'confirmed') && !has(subject, ref, 'refunded'))
            .length;
        const subjects = ['a', 'b', 'c', 'd'];
        const { twice, unconfirmed } = book.troubled(0, T0 + 60_000);
        expect(twice.count).toBe(subjects.filter((s) => paid(s) > 1).length);
        expect(twice.amount).toBe(subjects.reduce((sum, s) => sum + Math.max(0, paid(s) - 1) * 1_000, 0));
        expect(unconfirmed.count).toBe(
          subjects.filter((s) => paid(s) === 1 && !['1', '2', '3'].some((ref) => has(s, ref, 'confirmed'))).length,
        );
      }),
    );
  });
});

it('are told with the incident while they change, in stream time', () => {
  const run = new Run(41).seconds(120);
  const { one, till, front } = run.platform.names;
  run.seconds(3, { slow: { [one]: 750 } });
  const say = (...events: readonly BusinessEvent[]): void =>
    run.take(run.platform.say({ kind: 'business', batch: { ...batch(...events), service: till } }));
  say(event('cart-1', '1', 'requested'), event('cart-1', '1', 'failed'), event('cart-2', '2', 'confirmed'));
  run.seconds(2, { slow: { [one]: 750 } });
  say(event('cart-1', '1', 'charged'), event('cart-2', '3', 'charged'));
  // Somebody else's trouble at the same time.
  run.take(
    run.platform.say({
      kind: 'business',
      batch: { ...batch(event('cart-3', '4', 'charged')), service: `not-${front}` },
    }),
  );
  run.seconds(20, { slow: { [one]: 750 } });
  const told = run.of('incident.payments');
  expect(told.at(-1)?.payments).toMatchObject({
    unconfirmed: { count: 1, listed: [{ subject: 'cart-1' }] },
    twice: { count: 1, amount: 1_000, listed: [{ subject: 'cart-2', charges: 2 }] },
  });
  // Told when it changes, not every few seconds.
  expect(told.length).toBeLessThanOrEqual(2);
  const id = run.of('incident.opened')[0]!.incident;
  expect(run.engine.incidents.get(id)).toMatchObject({
    payments: told.at(-1)?.payments,
    proof: { payments: told.at(-1)?.id },
  });
});
