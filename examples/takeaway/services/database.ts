// Postgres without an installation: PGlite behind the wire protocol that pg speaks.
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { config } from '../config.ts';

const platform = config();
const db = await PGlite.create();
await db.exec(`
  CREATE TABLE users (id int PRIMARY KEY, name text);
  INSERT INTO users SELECT i, 'customer ' || i FROM generate_series(0, 99) AS i;
  CREATE TABLE dishes (merchant int, dish text, price int);
  INSERT INTO dishes SELECT i % 20, 'dish ' || i, 10 + i % 40 FROM generate_series(0, 199) AS i;
  CREATE INDEX ON dishes (merchant);
  CREATE TABLE orders (id serial PRIMARY KEY, customer text, merchant text, amount int, at timestamptz DEFAULT now());
`);
const server = new PGLiteSocketServer({ db, port: platform.port('database'), host: '127.0.0.1', maxConnections: 16 });
await server.start();
process.send?.('ready');
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
