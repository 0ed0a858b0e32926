// How rollups grow from raw, a stretch of the stream at a time, and the question whether they equal raw.
import { append, type ChainTable, chainEnd, uint64 } from './chain.ts';
import { type Store, WRITE_SECONDS_MAX } from './client.ts';
import { SCHEMAS } from './frames.ts';

export type RollupTable = Exclude<ChainTable, 'frames'>;
export const rollupSeconds: Readonly<Record<RollupTable, number>> = { rollup_1m: 60, rollup_1h: 3_600 };

/**
 * Messages that one stretch covers at most: 100,000 frames of 300 values are aggregated in two seconds of one processor. Every stretch makes a row a
 * series, to be written and merged: a minute of a full fleet (4,000 a second) is one stretch. An hour's rows carry sketches, which all have to fit.
 */
export const stretchMax: Readonly<Record<RollupTable, number>> = { rollup_1m: 300_000, rollup_1h: 100_000 };

/** Rows of raw in (from, to]: the day of the first one (days since 1970), undefined where there are none. */
const firstDay = async (store: Store, stream: string, from: number, to: number): Promise<number | undefined> => {
  const [row] = await store.rows<{ day: number; some: number }>(
    `SELECT toUInt16(argMin(day, seq)) AS day, count() > 0 AS some FROM frames
    WHERE stream = {stream: UInt64} AND seq > {from: UInt64} AND seq <= {to: UInt64}`,
    { stream: uint64(stream), from, to },
  );
  return row?.some ? row.day : undefined;
};

/**
 * Adds to a rollup what raw holds of (end, end + stretch], never beyond `position`, and answers the new end, or the old one where raw
 * holds nothing. A stretch is one block in one partition under the chain's token, so it is added once, whoever adds it and however often.
 */
export const rollUpNext = async (
  store: Store,
  table: RollupTable,
  stream: string,
  end: number,
  position: number,
  most = stretchMax[table],
): Promise<number> => {
  for (let to = end; to < position; ) {
    to = Math.min(position, to + most);
    const day = await firstDay(store, stream, end, to);
    // A stretch without rows is skipped by making it longer: the token stays that of the end that is stored.
    if (day !== undefined)
      return append(store, table, stream, end, (token) => stretch(store, table, stream, end, to, day, token));
  }
  return end;
};

/** What a rollup keeps of a place in the frames of one minute (hour), computed for all places of a frame at once. */
const figures: readonly (readonly [column: string, all: string])[] = [
  ['count', 'sumForEach(arrayMap(v -> toUInt64(NOT isNaN(v)), values))'],
  ['sum', 'sumForEach(arrayMap(v -> if(isNaN(v), 0, v), values))'],
  ['min', 'minForEach(arrayMap(v -> if(isNaN(v), inf, v), values))'],
  ['max', 'maxForEach(arrayMap(v -> if(isNaN(v), -inf, v), values))'],
];
const figuresOf: Readonly<Record<RollupTable, typeof figures>> = {
  rollup_1m: figures,
  rollup_1h: [...figures, ['quantiles', 'quantilesBFloat16StateForEach(0.5, 0.9, 0.99)(values)']],
};

const stretch = (
  store: Store,
  table: RollupTable,
  stream: string,
  from: number,
  to: number,
  day: number,
  token: string,
): Promise<void> =>
  store.run(
    `INSERT INTO ${table} (day, series, ts, stream, upto, ${figuresOf[table].map(([column]) => column).join(', ')})
    SELECT toDate({day: UInt16}), series, start, {stream: UInt64}, {to: UInt64}, ${figuresOf[table].map(([column]) => `of_${column}`).join(', ')}
    FROM (
      SELECT probe, schema, first, toStartOfInterval(ts, INTERVAL ${rollupSeconds[table]} SECOND) AS start,
        ${figuresOf[table].map(([column, all]) => `${all} AS all_${column}`).join(', ')}
      FROM frames WHERE stream = {stream: UInt64} AND seq > {from: UInt64} AND seq <= {to: UInt64} GROUP BY probe, schema, first, start
    ) AS f INNER JOIN ${SCHEMAS} AS s ON s.probe = f.probe AND s.schema = f.schema
    ARRAY JOIN arraySlice(s.ids, f.first + 1, length(all_count)) AS series,
      ${figuresOf[table].map(([column]) => `all_${column} AS of_${column}`).join(', ')}
    WHERE of_count > 0`,
    { day, stream: uint64(stream), from, to },
    // One block, hence one part: all of the stretch or nothing.
    {
      insert_deduplicate: 1,
      max_execution_time: WRITE_SECONDS_MAX,
      insert_deduplication_token: token,
      max_insert_threads: '1',
      // Nobody waits for it: it leaves processors to the inserts beside it.
      max_threads: 1,
      // A stretch has one row of a key already; merging it on the way in took as long as aggregating it.
      optimize_on_insert: 0,
      min_insert_block_size_rows: '1000000000',
      min_insert_block_size_bytes: '0',
    },
  );

/** Where a rollup of a stream ends. */
export const rollupEnd = (store: Store, table: RollupTable, stream: string): Promise<number> =>
  chainEnd(store, table, stream);

/** Series-minutes (hours) in [fromMs, toMs) whose rollup does not say exactly what raw says; 0 is what must hold. */
export const rollupDifferences = async (
  store: Store,
  table: RollupTable,
  fromMs: number,
  toMs: number,
): Promise<number> => {
  const [row] = await store.rows<{ differing: string }>(
    `SELECT count() AS differing FROM (
      SELECT series, toStartOfInterval(ts, INTERVAL ${rollupSeconds[table]} SECOND) AS start, count() AS c, min(value) AS low, max(value) AS high, sum(value) AS s FROM samples
      WHERE ts >= fromUnixTimestamp64Milli({from: Int64}) AND ts < fromUnixTimestamp64Milli({to: Int64}) GROUP BY series, start
    ) AS raw FULL OUTER JOIN (
      SELECT series, ts AS start, sum(count) AS c, min(min) AS low, max(max) AS high, sum(sum) AS s FROM ${table}
      WHERE ts >= fromUnixTimestamp64Milli({from: Int64}) AND ts < fromUnixTimestamp64Milli({to: Int64}) GROUP BY series, start
    ) AS rolled ON raw.series = rolled.series AND raw.start = rolled.start
    WHERE raw.c != rolled.c OR raw.low != rolled.low OR raw.high != rolled.high OR abs(raw.s - rolled.s) > 1e-9 * greatest(1, abs(raw.s))`,
    { from: fromMs, to: toMs },
  );
  return Number(row?.differing ?? 0);
};
