// Every table, in numbered steps that run once each and in order. All SQL of the product stands in this folder.

import { limits } from '@fenghuo/rules/contract';
import { framesAsRows } from './frames.ts';

export type Retention = { readonly rawHours: number; readonly minuteDays: number; readonly hourDays: number };
export const retentionDefaults: Retention = { rawHours: 48, minuteDays: 30, hourDays: 400 };

export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly sql: readonly string[];
};

// A row that expired on arrival would look like an insert that was lost.
if (retentionDefaults.rawHours * 3_600_000 < limits.telemetryAgeMsMax)
  throw new Error('retention: raw is kept at least as long as the stream');

/** Inserts whose tokens ClickHouse remembers: at 64 partitions and two inserts a second each, more than a minute and a half. */
const TOKENS_KEPT = 20_000;

// The first form, left behind by step 5: a row held what raw said of one series in one minute (hour), and was built again when raw changed.
const rebuilt = (table: string, ttl: string): string => `CREATE TABLE IF NOT EXISTS ${table} (
  series UInt64,
  ts DateTime CODEC(DoubleDelta, ZSTD(1)),
  count UInt64 CODEC(T64, ZSTD(1)),
  sum Float64 CODEC(Gorilla, ZSTD(1)),
  min Float64 CODEC(Gorilla, ZSTD(1)),
  max Float64 CODEC(Gorilla, ZSTD(1)),
  sketch AggregateFunction(quantilesTDigest(0.5, 0.9, 0.99), Float64),
  version UInt64
) ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(ts) ORDER BY (series, ts) TTL ts + INTERVAL ${ttl}`;

// A rollup row holds what one stretch of the stream says of one series in one minute (hour); rows of a key add up, on merges and with FINAL.
// Partitioned by the day on which the stretch arrived, so that it is one part, and is dropped as one.
const grown = (table: string, days: number): string => `CREATE TABLE IF NOT EXISTS ${table} (
  day Date CODEC(ZSTD(1)),
  series UInt64,
  ts DateTime CODEC(DoubleDelta, ZSTD(1)),
  stream UInt64 CODEC(ZSTD(1)),
  count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  sum SimpleAggregateFunction(sum, Float64) CODEC(Gorilla, ZSTD(1)),
  min SimpleAggregateFunction(min, Float64) CODEC(Gorilla, ZSTD(1)),
  max SimpleAggregateFunction(max, Float64) CODEC(Gorilla, ZSTD(1)),
  sketch AggregateFunction(quantilesTDigest(0.5, 0.9, 0.99), Float64),
  upto SimpleAggregateFunction(max, UInt64) CODEC(ZSTD(1)),
  INDEX upto_range upto TYPE minmax GRANULARITY 1
) ENGINE = AggregatingMergeTree PARTITION BY day ORDER BY (series, ts, stream) TTL day + INTERVAL ${days} DAY
SETTINGS non_replicated_deduplication_window = ${TOKENS_KEPT}, ttl_only_drop_parts = 1`;

/** Takes over what was rolled up before the oldest raw row; the rest is grown from raw. */
const takenOver = (table: string, from: string, seconds: number): readonly string[] => [
  `TRUNCATE TABLE ${table}`,
  `INSERT INTO ${table} (day, series, ts, stream, count, sum, min, max, sketch, upto)
  SELECT today(), series, ts, 0, count, sum, min, max, sketch, 0 FROM ${from} FINAL
  WHERE ts < (SELECT if(count() = 0, now(), toStartOfInterval(min(ts), INTERVAL ${seconds} SECOND)) FROM samples)`,
];

export const migrations = (retention: Retention = retentionDefaults): readonly Migration[] => [
  {
    number: 1,
    name: 'samples',
    sql: [
      // Partitioned by the day of arrival, not of the sample: so that one batch, however late its samples, is one block in one partition, all or nothing.
      `CREATE TABLE IF NOT EXISTS samples (
        day Date CODEC(ZSTD(1)),
        stream UInt64 CODEC(ZSTD(1)),
        seq UInt64 CODEC(Delta, ZSTD(1)),
        probe UInt64 CODEC(ZSTD(1)),
        series UInt64 CODEC(ZSTD(1)),
        ts DateTime64(3) CODEC(DoubleDelta, ZSTD(1)),
        value Float64 CODEC(Gorilla, ZSTD(1))
      ) ENGINE = MergeTree PARTITION BY day ORDER BY (series, ts)
      TTL day + INTERVAL ${Math.ceil(retention.rawHours / 24) + 1} DAY
      SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1`,
      `CREATE TABLE IF NOT EXISTS series (
        series UInt64, metric LowCardinality(String), unit LowCardinality(String), kind LowCardinality(String), class LowCardinality(String),
        stat LowCardinality(String), attributes Map(LowCardinality(String), String), probe String, service LowCardinality(String), instance String,
        host LowCardinality(String), caller String, callee String, protocol LowCardinality(String), announced DateTime64(3)
      ) ENGINE = ReplacingMergeTree(announced) ORDER BY series`,
    ],
  },
  {
    number: 2,
    name: 'rollups',
    sql: [rebuilt('samples_1m', `${retention.minuteDays} DAY`), rebuilt('samples_1h', `${retention.hourDays} DAY`)],
  },
  {
    number: 3,
    name: 'decisions and events',
    sql: [
      `CREATE TABLE IF NOT EXISTS decisions (
        seq UInt64, id String, at DateTime64(3), type LowCardinality(String), incident String, body String CODEC(ZSTD(3))
      ) ENGINE = ReplacingMergeTree ORDER BY seq SETTINGS non_replicated_deduplication_window = 1000`,
      `CREATE TABLE IF NOT EXISTS events (
        stream UInt64, seq UInt64, at DateTime64(3), kind LowCardinality(String), service String, what String, until Nullable(DateTime64(3)), version String
      ) ENGINE = ReplacingMergeTree ORDER BY (stream, seq)`,
      `CREATE VIEW IF NOT EXISTS edges AS
      SELECT caller, callee, protocol, ts, sumIf(s.sum, metric != 'fenghuo.client.errors' AND stat = 'count') AS calls,
        sumIf(s.sum, metric = 'fenghuo.client.errors') AS errors, maxIf(s.max, stat = 'p50') AS p50Max, maxIf(s.max, stat = 'max') AS latencyMax
      FROM samples_1m AS s FINAL INNER JOIN series AS d FINAL ON d.series = s.series WHERE callee != '' GROUP BY caller, callee, protocol, ts`,
      `CREATE VIEW IF NOT EXISTS incidents AS
      SELECT incident, min(at) AS openedAt, maxIf(at, type = 'incident.cause') AS causeAt, argMaxIf(body, seq, type = 'incident.cause') AS cause,
        argMaxIf(JSONExtractString(body, 'to'), seq, type = 'incident.state') AS state FROM decisions FINAL WHERE incident != '' GROUP BY incident`,
    ],
  },
  {
    number: 4,
    name: 'chains: raw and rollups each follow the stream by its sequence',
    sql: [
      'CREATE TABLE IF NOT EXISTS positions (stream UInt64, of LowCardinality(String), seq UInt64) ENGINE = ReplacingMergeTree(seq) ORDER BY (stream, of)',
      'ALTER TABLE samples ADD INDEX IF NOT EXISTS seq_range seq TYPE minmax GRANULARITY 1',
      'ALTER TABLE samples MATERIALIZE INDEX seq_range',
      `ALTER TABLE samples MODIFY SETTING non_replicated_deduplication_window = ${TOKENS_KEPT}`,
      grown('rollup_1m', retention.minuteDays),
      grown('rollup_1h', retention.hourDays),
      ...takenOver('rollup_1m', 'samples_1m', 60),
      ...takenOver('rollup_1h', 'samples_1h', 3_600),
      // Decisions of a log that was made anew must not replace those of the old one. NATS keeps the log for good, so it is read again.
      `CREATE TABLE IF NOT EXISTS decision_log (
        stream UInt64, seq UInt64, id String, at DateTime64(3), type LowCardinality(String), incident String, body String CODEC(ZSTD(3))
      ) ENGINE = ReplacingMergeTree ORDER BY (stream, seq)`,
    ],
  },
  {
    number: 5,
    name: 'what step 4 left behind',
    sql: [
      'DROP VIEW IF EXISTS edges',
      'DROP VIEW IF EXISTS incidents',
      ...['samples_1m', 'samples_1h', 'decisions'].map((table) => `DROP TABLE IF EXISTS ${table}`),
      `CREATE VIEW edges AS
      SELECT caller, callee, protocol, ts, sumIf(s.sum, metric != 'fenghuo.client.errors' AND stat = 'count') AS calls,
        sumIf(s.sum, metric = 'fenghuo.client.errors') AS errors, maxIf(s.max, stat = 'p50') AS p50Max, maxIf(s.max, stat = 'max') AS latencyMax
      FROM rollup_1m AS s INNER JOIN series AS d FINAL ON d.series = s.series WHERE callee != '' GROUP BY caller, callee, protocol, ts`,
      `CREATE VIEW incidents AS
      SELECT incident, min(at) AS openedAt, maxIf(at, type = 'incident.cause') AS causeAt, argMaxIf(body, (at, seq), type = 'incident.cause') AS cause,
        argMaxIf(JSONExtractString(body, 'to'), (at, seq), type = 'incident.state') AS state FROM decision_log FINAL WHERE incident != '' GROUP BY incident`,
    ],
  },
  {
    number: 6,
    name: 'spans that are kept whole',
    sql: [
      // Partitioned by the day of arrival, as samples are: an insert is one part, and a day is dropped as one.
      `CREATE TABLE IF NOT EXISTS spans (
        day Date DEFAULT today(), at DateTime64(6) CODEC(Delta, ZSTD(1)), trace FixedString(32) CODEC(ZSTD(1)), span FixedString(16) CODEC(ZSTD(1)),
        parent String CODEC(ZSTD(1)), service LowCardinality(String), instance LowCardinality(String), name LowCardinality(String), kind LowCardinality(String),
        seconds Float64 CODEC(Gorilla, ZSTD(1)), status UInt8, message String CODEC(ZSTD(3)), why LowCardinality(String),
        attributes Map(LowCardinality(String), String) CODEC(ZSTD(3)), INDEX traces trace TYPE bloom_filter GRANULARITY 4
      ) ENGINE = ReplacingMergeTree PARTITION BY day ORDER BY (service, at, trace, span) TTL day + INTERVAL ${Math.ceil(retention.rawHours / 24) + 1} DAY
      SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1`,
    ],
  },
  ...framesAsRows(retention),
];
