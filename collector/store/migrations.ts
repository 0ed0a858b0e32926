// Every table, in numbered steps that run once each and in order. All SQL of the product stands in this folder.

export type Retention = { readonly rawHours: number; readonly minuteDays: number; readonly hourDays: number };
export const retentionDefaults: Retention = { rawHours: 48, minuteDays: 30, hourDays: 400 };

export type Migration = { readonly number: number; readonly name: string; readonly sql: readonly string[] };

// A rollup row holds what raw says of one series in one minute (hour); building it again replaces it, so it can always be made equal to raw.
const rollup = (table: string, ttl: string): string => `CREATE TABLE IF NOT EXISTS ${table} (
  series UInt64,
  ts DateTime CODEC(DoubleDelta, ZSTD(1)),
  count UInt64 CODEC(T64, ZSTD(1)),
  sum Float64 CODEC(Gorilla, ZSTD(1)),
  min Float64 CODEC(Gorilla, ZSTD(1)),
  max Float64 CODEC(Gorilla, ZSTD(1)),
  sketch AggregateFunction(quantilesTDigest(0.5, 0.9, 0.99), Float64),
  version UInt64
) ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(ts) ORDER BY (series, ts) TTL ts + INTERVAL ${ttl}`;

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
    sql: [rollup('samples_1m', `${retention.minuteDays} DAY`), rollup('samples_1h', `${retention.hourDays} DAY`)],
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
];
