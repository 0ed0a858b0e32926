// The raw table's present form: a row a frame, as it was sent. What its places mean stands once a schema, not with every sample.
import type { Migration, Retention } from './migrations.ts';

/** Inserts whose tokens ClickHouse remembers: at 64 partitions and two inserts a second each, more than a minute and a half. */
const TOKENS_KEPT = 20_000;
/** Schemas are told anew every day while frames refer to them, so this need only outlast raw. */
const SCHEMA_DAYS = 30;

/** Which series the places of a frame's values are: (probe, schema) → ids, once each though it was told often. */
export const SCHEMAS = '(SELECT probe, schema, any(ids) AS ids FROM schemas GROUP BY probe, schema)';

// A merged part is read by (probe, schema, ts); granules of 1 MB are some 300 frames, so one series of an hour is a dozen of them.
// Inserts come sorted by time, a few hundred frames each, and merging them brings a probe's frames together, which is what ZSTD lives on.
const frames = ({ rawHours }: Retention): string => `CREATE TABLE IF NOT EXISTS frames (
  day Date CODEC(ZSTD(1)),
  stream UInt64 CODEC(ZSTD(1)),
  seq UInt64 CODEC(Delta, ZSTD(1)),
  probe UInt64 CODEC(ZSTD(1)),
  schema UInt64 CODEC(ZSTD(1)),
  first UInt16 CODEC(ZSTD(1)),
  ts DateTime64(3) CODEC(DoubleDelta, ZSTD(1)),
  values Array(Float64) CODEC(ZSTD(3)),
  INDEX seq_range seq TYPE minmax GRANULARITY 1
) ENGINE = MergeTree PARTITION BY day ORDER BY (probe, schema, ts)
TTL day + INTERVAL ${Math.ceil(rawHours / 24) + 1} DAY
SETTINGS non_replicated_deduplication_window = ${TOKENS_KEPT}, ttl_only_drop_parts = 1, index_granularity_bytes = 1048576`;

const schemas = `CREATE TABLE IF NOT EXISTS schemas (
  probe UInt64, schema UInt64, ids Array(UInt64) CODEC(ZSTD(1)), told DateTime
) ENGINE = ReplacingMergeTree(told) ORDER BY (probe, schema) TTL told + INTERVAL ${SCHEMA_DAYS} DAY`;

// What the table of a row a sample held, as frames: the samples of one message are those of one sequence number, and their series,
// in order, are a schema that nobody announced.
const takenOver = `SELECT day, stream, seq, probe, sipHash64(ids) AS schema, 0 AS first, ts, values, ids FROM (
  SELECT any(day) AS day, stream, seq, any(probe) AS probe, any(ts) AS ts, arraySort(groupArray((series, value))) AS pairs,
    
    arrayMap(p -> p.1, pairs) AS ids, arrayMap(p -> p.2, pairs) AS values
  FROM samples GROUP BY stream, seq)`;

/** Steps from a row a sample to a row a frame. */
export const framesAsRows = (retention: Retention): readonly Migration[] => [
  {
    number: 7,
    name: 'frames as rows',
    sql: [
      frames(retention),
      schemas,
      'TRUNCATE TABLE frames',
      `INSERT INTO schemas (probe, schema, ids, told) SELECT probe, schema, any(ids), now() FROM (${takenOver}) GROUP BY probe, schema`,
      `INSERT INTO frames (day, stream, seq, probe, schema, first, ts, values) SELECT day, stream, seq, probe, schema, first, ts, values FROM (${takenOver})`,
      "INSERT INTO positions (stream, of, seq) SELECT stream, 'frames', max(seq) FROM positions WHERE of = 'samples' GROUP BY stream",
      // An hour's quantiles by counts in buckets of 1/128 of their value: they add up exactly, in whatever order. A minute's are asked of raw.
      'ALTER TABLE rollup_1h ADD COLUMN IF NOT EXISTS quantiles AggregateFunction(quantilesBFloat16(0.5, 0.9, 0.99), Float64) CODEC(ZSTD(1))',
    ],
  },
  {
    number: 8,
    name: 'what step 7 left behind',
    sql: [
      'DROP TABLE IF EXISTS samples',
      'ALTER TABLE rollup_1m DROP COLUMN IF EXISTS sketch',
      'ALTER TABLE rollup_1h DROP COLUMN IF EXISTS sketch',
      `CREATE VIEW samples AS SELECT day, stream, seq, probe, series, ts, value
      FROM frames AS f INNER JOIN ${SCHEMAS} AS s ON s.probe = f.probe AND s.schema = f.schema
      ARRAY JOIN arraySlice(s.ids, f.first + 1, length(f.values)) AS series, f.values AS value WHERE NOT isNaN(value)`,
    ],
  },
];
