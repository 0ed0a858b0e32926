// The platform's SQL database through an ordinary pg pool.
import pg from 'pg';
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
  return pool;
};
