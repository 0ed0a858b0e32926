// Merchants take tickets, write them into a journal and print them on their terminals.
import { mkdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { call, counter, platform, serve } from '../lib/service.ts';

/** A ticket as it is printed: a form, most of it blank. */
const TICKET_CHARS = 2_000;

serve('merchant', (app) => {
  const cooked = counter('takeaway.tickets.printed', '{order}', "orders that reached a merchant's terminal", [{}]);
  const journal = join(platform.data, 'merchant-journal');
  mkdirSync(journal, { recursive: true });
  app.post('/tickets', async (request, response) => {
    const { order, merchant } = request.body as { order: string; merchant: string };
    await appendFile(join(journal, 'tickets.log'), `${`${order} ${merchant}`.padEnd(TICKET_CHARS)}\n`);
    const printed = await call('terminals', 'POST', '/prints', { order, merchant });
    cooked({});
    response.status(201).json(printed);
  });
});
