// Merchants take tickets, write them into a journal and print them on their terminals.
import { mkdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { call, platform, serve } from '../lib/service.ts';

serve('merchant', (app) => {
  const journal = join(platform.data, 'merchant-journal');
  mkdirSync(journal, { recursive: true });
  app.post('/tickets', async (request, response) => {
    const { order, merchant } = request.body as { order: string; merchant: string };
    await appendFile(join(journal, 'tickets.log'), `${order} ${merchant}\n`);
    response.status(201).json(await call('terminals', 'POST', '/prints', { order, merchant }));
  });
});
