// The payment gateway: one of two banks by a degrade flag, and a small check of both, so that a bank that was left is still measured.
import { setTimeout as pause } from 'node:timers/promises';
import { business, degrade } from '@fenghuo/probe';
import type { Role } from '../config.ts';
import { call, counter, platform, serve } from '../lib/service.ts';

/** What a customer waits for a bank before the payment counts as failed. */
const PAYMENT_MS_MAX = 700;
const CHECK_MS_MAX = 2_500;
const CHECK_EVERY_MS = 250;
const banks: readonly Role[] = ['bank-a', 'bank-b'];
const channels = banks.map((bank) => ({ channel: platform.name(bank) }));

type Step = Parameters<typeof business.tell>[0]['step'];
/** A payment that was given up may have gone through: the bank is asked, a moment later. */
const ASK_AFTER_MS = 2_000;
const charged = async (bank: Role, order: string): Promise<boolean> => {
  await pause(ASK_AFTER_MS);
  const answer = call<{ charged: boolean }>(
    bank,
    'GET',
    `/charges/${encodeURIComponent(order)}`,
    undefined,
    CHECK_MS_MAX,
  );
  return answer.then(
    (of) => of.charged,
    () => false,
  );
};

serve('payment', (app) => {
  const attempted = counter('takeaway.payment.attempts', '{payment}', 'payments tried, by channel', channels);
  const succeeded = counter('takeaway.payment.successes', '{payment}', 'payments confirmed, by channel', channels);
  const channel = (): string => degrade.flag('payment.channel', platform.name('bank-a'));
  channel();
  app.post('/payments', async (request, response) => {
    const chosen = channel();
    attempted({ channel: chosen });
    const bank = banks.find((role) => platform.name(role) === chosen) ?? 'bank-a';
    const { cart, order, amount } = request.body as { cart: string; order: string; amount: number };
    const tell = (step: Step): void =>
      business.tell({ kind: 'payment', step, subject: cart, ref: order, amount: amount * 100, party: chosen });
    tell('requested');
    try {
      const receipt = await call<object>(bank, 'POST', '/authorise', { order, amount }, PAYMENT_MS_MAX);
      tell('confirmed');
      succeeded({ channel: chosen });
      response.status(201).json(receipt);
    } catch (error) {
      tell('failed');
      void charged(bank, order).then((isCharged) => isCharged && tell('charged'));
      throw error;
    }
  });
  for (const bank of banks)
    setInterval(
      () => void call(bank, 'POST', '/authorise', { amount: 0 }, CHECK_MS_MAX).catch(() => undefined),
      CHECK_EVERY_MS,
    );
});
