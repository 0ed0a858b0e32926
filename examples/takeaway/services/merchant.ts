// Merchants take tickets and print them on their terminals.
import { call, serve } from '../lib/service.ts';

serve('merchant', (app) => {
  app.post('/tickets', async (request, response) => {
    const { order, merchant } = request.body as { order: string; merchant: string };
    response.status(201).json(await call('terminals', 'POST', '/prints', { order, merchant }));
  });
});
