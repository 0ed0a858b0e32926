// The platform's SQL database through an ordinary pg pool.
import pg from 'pg';
import { vulnerable } from './inside/vulnerable.ts';
import { platform } from './service.ts';

/** One connection a service: the embedded Postgres works on one query at a time anyway. */
export const database = (): pg.Pool => {
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port: platform.port('database'),
    user: 'postgres',
    password: 'postgres',
    database: 'postgres',
    max: 1,
    connectionTimeoutMillis: 3_000,
  });
  pool.on('error', () => undefined);
  // A lost connection: taken from the pool and not given back while the fault lasts.
  vulnerable('pool-exhaustion', () => {
    const taken = pool.connect();
    return () =>
      void taken.then(
        (client) => client.release(),
        () => undefined,
      );
  });
  return pool;
};

/** What a careless release asks before each of its queries while `slow-query` lasts: a count over rows nobody needs. */
export const careless = (pool: pg.Pool): (() => Promise<void>) => {
  let rows = 0;
  vulnerable('slow-query', (settings) => {
    rows = Number(settings.rows);
    return () => {
      rows = 0;
    };
  });
  return async () => {
    if (rows > 0) await pool.query('SELECT count(*) FROM generate_series(1, $1::int) AS i WHERE i % 7 = 3', [rows]);
  };
};
