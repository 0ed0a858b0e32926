// A lock in the database: somebody's migration holds the orders table again and again, and everyone else waits.
import type { Fault } from './fault.ts';

const lock: Fault['begin'] = async ({ config }, _, { hold = '1500', gap = '300' }) => {
  // Loaded when it is needed: the command line reads this table too, and asks no database.
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    host: '127.0.0.1',
    port: config.port('database'),
    user: 'postgres',
    password: 'postgres',
    database: 'postgres',
  });
  client.on('error', () => undefined);
  await client.connect();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const take = async (): Promise<void> => {
    await client.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    if (!isOver) timer = setTimeout(() => void give().catch(() => undefined), Number(hold));
    else await client.query('ROLLBACK');
  };
  const give = async (): Promise<void> => {
    await client.query('COMMIT');
    if (!isOver) timer = setTimeout(() => void take().catch(() => undefined), Number(gap));
  };
  await take();
  return async () => {
    isOver = true;
    clearTimeout(timer);
    // Its session's end lets go of the lock, whatever it was in the middle of.
    await client.end();
  };
};

export const databases: Readonly<Record<string, Fault>> = {
  'database-lock': {
    kind: 'fault',
    says: "a migration locks the orders' table again and again",
    customer: 'ordering waits for seconds',
    targets: ['database'],
    options: { hold: '1500', gap: '300' },
    seconds: 20,
    begin: lock,
  },
};
