// The payment gateway: one of two banks by a degrade flag, and a small check of both, so that a bank that was left is still measured.
import { degrade } from '@fenghuo/probe';
import type { Role } from '../config.ts';
import { call, counter, platform, serve } from '../lib/service.ts';

/** What a customer waits for a bank before the payment counts as failed. */
const PAYMENT_MS_MAX = 700;
const CHECK_MS_MAX = 2_500;
const CHECK_EVERY_MS = 250;
const banks: readonly Role[] = ['bank-a', 'bank-b'];
const channels = banks.map((bank) => ({ channel: platform.name(bank) }));

serve('payment', (app) => {
  const attempted = counter('takeaway.payment.attempts', '{payment}', 'payments tried, by channel', channels);
  const succeeded = counter('takeaway.payment.successes', '{payment}', 'payments confirmed, by channel', channels);
  const channel = (): string => degrade.flag('payment.channel', platform.name('bank-a'));
  channel();
  app.post('/payments', async (request, response) => {
    const chosen = channel();
    attempted({ channel: chosen });
    const bank = banks.find((role) => platform.name(role) === chosen) ?? 'bank-a';
    const receipt = await call<object>(bank, 'POST', '/authorise', request.body as object, PAYMENT_MS_MAX);
    succeeded({ channel: chosen });
    response.status(201).json(receipt);
  });
  for (const bank of banks)
    setInterval(
      () => void call(bank, 'POST', '/authorise', { amount: 0 }, CHECK_MS_MAX).catch(() => undefined),
      CHECK_EVERY_MS,
    );
});
