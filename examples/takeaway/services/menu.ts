// What a merchant sells.
import { careless, database } from '../lib/database.ts';
import { serve } from '../lib/service.ts';

serve('menu', (app) => {
  const pool = database();
  const extra = careless(pool);
  app.get('/menus/:merchant', async (request, response) => {
    await extra();
    const { rows } = await pool.query('SELECT dish, price FROM dishes WHERE merchant = $1', [
      Number(request.params.merchant) % 20,
    ]);
    response.json(rows);
  });
  // What else might taste: nice to have, and the first to be left out.
  app.get('/recommendations/:merchant', async (request, response) => {
    await extra();
    const { rows } = await pool.query('SELECT dish FROM dishes WHERE merchant <> $1 ORDER BY price LIMIT 3', [
      Number(request.params.merchant) % 20,
    ]);
    response.json(rows);
  });
});
