// Paid orders to riders and merchants.
import { consume, PAID } from '../lib/queue.ts';
import { call, counter, meter, serve } from '../lib/service.ts';

serve('dispatch', async (app) => {
  const duration = meter.createHistogram('takeaway.dispatch.duration', {
    unit: 's',
    description: 'from payment to a rider on the way',
  });
  const dispatched = counter('takeaway.dispatches', '{order}', 'paid orders handed to a rider', [{}]);
  await consume('dispatch', PAID, async (body) => {
    const { order, merchant, paidMs } = body as { order: string; merchant: string; paidMs: number };
    const [rider] = await Promise.all([
      call<{ rider: number }>('rider', 'POST', '/assignments', { order }),
      call('merchant', 'POST', '/tickets', { order, merchant }),
    ]);
    dispatched({});
    if (rider.rider >= 0) duration.record((Date.now() - paidMs) / 1_000);
  });
  app.get('/', (_request, response) => void response.json({ ok: true }));
});
