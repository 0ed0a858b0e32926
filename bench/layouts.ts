// `npm run bench:layouts`: what was weighed for raw and its rollups, each with the same recorded telemetry in one run: ClickHouse's processor time and bytes.
import { realClock } from '@fenghuo/kit';
import { startTestClickHouse } from '@fenghuo/kit/testing';
import { openStore, type Store } from '../collector/store/client.ts';
import { storeConfig } from '../collector/testing/store.ts';
import { type Data, frameBlocks, rawLayouts, rollupLayouts } from './ingest/layouts.ts';
import { cpuSeconds } from './ingest/processes.ts';
import { recording } from './ingest/recording.ts';

type Out = (line: string) => void;
const TICKS = 60;
const SERIES = 50_000;

export const layoutsCommand = async (_args: readonly string[], out: Out): Promise<number> => {
  const recorded = await recording((text) => process.stderr.write(`${text}\n`));
  const columns = recorded.columns.length;
  const data: Data = { recorded, columns, instances: Math.max(1, Math.floor(SERIES / columns)), ticks: TICKS };
  const samples = columns * data.instances * TICKS;
  const clickhouse = await startTestClickHouse();
  const store = openStore(storeConfig(clickhouse, 'default'));
  const nanos = async (work: () => Promise<void>): Promise<string> => {
    const before = cpuSeconds([clickhouse.pid()!]);
    await work();
    return (((cpuSeconds([clickhouse.pid()!]) - before) / samples) * 1e9).toFixed(0).padStart(4);
  };
  try {
    out(`${columns * data.instances} series × ${TICKS} s, ClickHouse alone, ns and bytes a sample`);
    // The first insert and the first query pay for the server's waking up.
    for (const layout of [rawLayouts[0]!, ...rawLayouts]) {
      await store.run('DROP TABLE IF EXISTS raw SYNC');
      await store.run(`CREATE TABLE raw ${layout.table}`, {}, ANY_CODEC);
      const blocks = [...layout.blocks(data)];
      const insert = await nanos(async () => {
        for (const [i, block] of blocks.entries()) await store.insertBlock('raw', layout.columns, block, `${i}`);
      });
      const merge = await nanos(async () => {
        await calm(store);
        await store.run('OPTIMIZE TABLE raw FINAL');
      });
      out(
        `${layout.name.padEnd(52)} insert ${insert}, merges ${merge}, ${(await bytes(store, 'raw', samples)).toFixed(2)} B`,
      );
    }
    await rollups(store, data, nanos, out, samples);
    return 0;
  } finally {
    await store.close();
    await clickhouse.stop();
  }
};

const ANY_CODEC = { allow_suspicious_codecs: 1, allow_experimental_codecs: 1 } as const;
const ONE_BLOCK = {
  max_insert_threads: '1',
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: '0',
};

const rollups = async (
  store: Store,
  data: Data,
  nanos: (work: () => Promise<void>) => Promise<string>,
  out: Out,
  samples: number,
): Promise<void> => {
  const { table, columns } = frameBlocks('ZSTD(1)');
  await store.run('DROP TABLE IF EXISTS raw SYNC');
  await store.run(`CREATE TABLE raw ${table}`);
  let at = 0;
  for (const block of frameBlocks('ZSTD(1)').blocks(data))
    await store.insertBlock('raw', columns, block, `frames ${at++}`);
  await calm(store);
  for (const { name, table: made, select } of [rollupLayouts[0]!, ...rollupLayouts]) {
    await store.run('DROP TABLE IF EXISTS rolled SYNC');
    await store.run(`CREATE TABLE rolled ${made}`);
    const cost = await nanos(() => store.run(`INSERT INTO rolled ${select}`, {}, ONE_BLOCK));
    out(`${name.padEnd(52)} ${cost}, ${(await bytes(store, 'rolled', samples)).toFixed(2)} B`);
  }
};

const calm = async (store: Store): Promise<void> => {
  for (let still = 0; still < 3; ) {
    const [row] = await store.rows<{ n: string }>('SELECT count() AS n FROM system.merges');
    still = Number(row?.n) === 0 ? still + 1 : 0;
    await realClock.sleep(300);
  }
};

const bytes = async (store: Store, table: string, samples: number): Promise<number> => {
  const [row] = await store.rows<{ n: string }>(
    'SELECT sum(bytes_on_disk) AS n FROM system.parts WHERE active AND table = {table: String}',
    { table },
  );
  return Number(row?.n) / samples;
};
