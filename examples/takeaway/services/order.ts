// An order: written down, paid, handed to the queue.
import { database } from '../lib/database.ts';
import { PAID, producer } from '../lib/queue.ts';
import { call, counter, serve } from '../lib/service.ts';

serve('order', async (app) => {
  const pool = database();
  const publish = await producer();
  const placed = counter('takeaway.orders', '{order}', 'orders by outcome', [
    { outcome: 'paid' },
    { outcome: 'failed' },
  ]);
  app.post('/orders', async (request, response) => {
    const { cart, user, merchant, amount } = request.body as {
      cart?: string;
      user: string;
      merchant: string;
      amount: number;
    };
    const { rows } = await pool.query(
      'INSERT INTO orders (customer, merchant, amount) VALUES ($1, $2, $3) RETURNING id',
      [user, merchant, amount],
    );
    const order = String(rows[0].id);
    try {
      await call('payment', 'POST', '/payments', { cart: cart ?? order, order, amount });
    } catch (error) {
      placed({ outcome: 'failed' });
      throw error;
    }
    placed({ outcome: 'paid' });
    await publish(PAID, { order, merchant, paidMs: Date.now() });
    response.status(201).json({ order });
  });
});
