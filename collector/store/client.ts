// The one client of ClickHouse, embedded or not: over HTTP, with the settings on which exactly-once rests.
import { Readable } from 'node:stream';
import { type ClickHouseClient, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { OpsError, type ServiceConfig } from '@fenghuo/kit';
import { type Migration, migrations } from './migrations.ts';

export type StoreConfig = Pick<
  ServiceConfig,
  'clickhouseUrl' | 'clickhouseUser' | 'clickhousePassword' | 'clickhouseDatabase'
>;

export type Store = {
  readonly client: ClickHouseClient;
  /** One insert, one block: all of it or nothing. A second one under the same token, whatever it holds, changes nothing (`migrations.ts` says for how long). */
  insertBlock(table: string, columns: string, block: readonly Uint8Array[], token: string): Promise<void>;
  insertRows(table: string, rows: readonly Readonly<Record<string, unknown>>[], token: string): Promise<void>;
  /** Reads rows as objects; `params` are bound by the server. */
  rows<T>(query: string, params?: Readonly<Record<string, unknown>>): Promise<T[]>;
  run(query: string, params?: Readonly<Record<string, unknown>>, settings?: ClickHouseSettings): Promise<void>;
  close(): Promise<void>;
};

const REQUEST_MS_MAX = 30_000;
/**
 * The same few questions are asked after every insert: the third time ClickHouse would compile each to machine code, which costs some
 * 0.2 s (`CompileExpressionsMicroseconds`), and reading a handful of rows never gives that back.
 */
const interpreted = { compile_expressions: 0, compile_aggregate_expressions: 0 } as const;
/** Seconds after which ClickHouse gives a write up: before its sender does, so that a repeat does not run beside it. */
export const WRITE_SECONDS_MAX = 25;

export const openStore = (config: StoreConfig): Store => {
  const client = createClient({
    url: config.clickhouseUrl,
    username: config.clickhouseUser,
    password: config.clickhousePassword,
    database: config.clickhouseDatabase,
    request_timeout: REQUEST_MS_MAX,
    keep_alive: { enabled: true, idle_socket_ttl: 2_000 },
    max_open_connections: 8,
  });
  return {
    client,
    insertBlock: async (table, columns, block, token) => {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table} (${columns}) FORMAT Native`,
        values: Readable.from(block, { objectMode: false }),
        clickhouse_settings: {
          insert_deduplication_token: token,
          insert_deduplicate: 1,
          async_insert: 0,
          max_execution_time: WRITE_SECONDS_MAX,
          max_insert_block_size: '4000000',
        },
      });
      stream.resume();
      await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
    },
    insertRows: async (table, rows, token) => {
      await client.insert({
        table,
        values: [...rows],
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: token, date_time_input_format: 'best_effort' },
      });
    },
    rows: async <T>(query: string, params: Readonly<Record<string, unknown>> = {}) => {
      const answer = await client.query({
        query,
        query_params: params,
        format: 'JSONEachRow',
        clickhouse_settings: { ...interpreted, output_format_json_quote_64bit_integers: 1 },
      });
      return answer.json<T>();
    },
    run: async (query, params = {}, settings = {}) => {
      await client.command({ query, query_params: params, clickhouse_settings: { wait_end_of_query: 1, ...settings } });
    },
    close: () => client.close(),
  };
};

/** Creates the database and runs the migrations that have not run. Throws OpsError `store_unreachable` where ClickHouse does not answer. */
export const migrate = async (config: StoreConfig, steps: readonly Migration[] = migrations()): Promise<void> => {
  const outside = openStore({ ...config, clickhouseDatabase: 'default' });
  try {
    await outside.run(`CREATE DATABASE IF NOT EXISTS ${config.clickhouseDatabase}`);
  } catch (cause) {
    throw new OpsError('store_unreachable', `ClickHouse at ${config.clickhouseUrl} does not answer`, {
      help: 'Check FENGHUO_CLICKHOUSE_URL, user and password.',
      cause,
    });
  } finally {
    await outside.close();
  }
  const store = openStore(config);
  try {
    await store.run(
      'CREATE TABLE IF NOT EXISTS migrations (number UInt32, name String, at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY number',
    );
    const done = new Set(
      (await store.rows<{ number: number }>('SELECT number FROM migrations')).map((row) => row.number),
    );
    for (const step of steps) {
      if (done.has(step.number)) continue;
      for (const sql of step.sql) await store.run(sql);
      await store.insertRows('migrations', [{ number: step.number, name: step.name }], `migration-${step.number}`);
    }
  } finally {
    await store.close();
  }
};
