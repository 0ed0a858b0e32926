// Who the customer is.
import { database } from '../lib/database.ts';
import { serve } from '../lib/service.ts';

serve('user', (app) => {
  const pool = database();
  app.get('/users/:id', async (request, response) => {
    const { rows } = await pool.query('SELECT id, name FROM users WHERE id = $1', [Number(request.params.id) % 100]);
    response.json(rows[0] ?? { id: request.params.id, name: 'guest' });
  });
});
