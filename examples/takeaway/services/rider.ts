// Riders: some are free, a delivery takes a while.
import { meter, serve } from '../lib/service.ts';

/** Enough for four times as many orders as come on an ordinary day: whoever runs out of riders at dinner is not healthy. */
const RIDERS = 1_200;
const DELIVERY_MS = 20_000;

serve('rider', (app) => {
  let free = RIDERS;
  meter
    .createObservableGauge('takeaway.riders.free', { unit: '{rider}', description: 'riders without an order' })
    .addCallback((result) => result.observe(free));
  app.post('/assignments', (_request, response) => {
    if (free === 0) return void response.status(503).json({ error: 'no rider is free' });
    free--;
    setTimeout(() => {
      free++;
    }, DELIVERY_MS);
    response.status(201).json({ rider: free });
  });
});
