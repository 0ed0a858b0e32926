// The customers' entry: menus and orders, after the user is known.
import { call, serve } from '../lib/service.ts';

serve('app-gateway', (app) => {
  app.get('/menu/:merchant', async (request, response) => {
    response.json(await call('menu', 'GET', `/menus/${encodeURIComponent(request.params.merchant)}`));
  });
  app.post('/orders', async (request, response) => {
    const { user, merchant, amount } = request.body as { user: string; merchant: string; amount: number };
    await call('user', 'GET', `/users/${encodeURIComponent(user)}`);
    response.status(201).json(await call('order', 'POST', '/orders', { user, merchant, amount }));
  });
});
