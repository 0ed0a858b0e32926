// Named, time-bounded reads: what the console, the analyzer and the tests may ask. Nobody else writes SQL.
import { uint64 } from './chain.ts';
import type { Store } from './client.ts';

export type SeriesRow = {
  readonly series: string;
  readonly metric: string;
  readonly unit: string;
  readonly class: string;
  readonly stat: string;
  readonly service: string;
  readonly caller: string;
  readonly callee: string;
  readonly attributes: Readonly<Record<string, string>>;
};
export type PointRow = { readonly t: number; readonly value: number };

/** Series whose metric, service or callee contains `match`; at most `limit`. */
export const seriesMatching = (store: Store, match: string, limit = 200): Promise<SeriesRow[]> =>
  store.rows<SeriesRow>(
    `SELECT toString(series) AS series, metric, unit, class, stat, service, caller, callee, attributes FROM series FINAL
    WHERE positionCaseInsensitive(concat(metric, ' ', service, ' ', callee), {match: String}) > 0 ORDER BY metric, service, stat LIMIT {limit: UInt32}`,
    { match, limit },
  );

/** Points of a series in [fromMs, toMs), thinned to `pointsMax` by averaging. */
export const seriesPoints = (
  store: Store,
  series: string,
  fromMs: number,
  toMs: number,
  pointsMax = 1_000,
): Promise<PointRow[]> =>
  store
    .rows<PointRow>(
      `WITH places AS (SELECT probe, schema, any(indexOf(ids, {series: UInt64})) AS place FROM schemas WHERE has(ids, {series: UInt64}) GROUP BY probe, schema)
    SELECT toUnixTimestamp64Milli(toStartOfInterval(f.ts, toIntervalMillisecond({step: UInt32}))) AS t, avg(f.values[p.place - f.first]) AS value
    FROM frames AS f INNER JOIN places AS p ON p.probe = f.probe AND p.schema = f.schema
    WHERE (f.probe, f.schema) IN (SELECT probe, schema FROM places) AND f.ts >= fromUnixTimestamp64Milli({from: Int64}) AND f.ts < fromUnixTimestamp64Milli({to: Int64})
      AND p.place > f.first AND p.place <= f.first + length(f.values) AND NOT isNaN(f.values[p.place - f.first]) GROUP BY t ORDER BY t`,
      { series, from: fromMs, to: toMs, step: Math.max(1_000, Math.ceil((toMs - fromMs) / pointsMax / 1_000) * 1_000) },
    )
    .then((rows) => rows.map((row) => ({ t: Number(row.t), value: Number(row.value) })));

/** Means of a series in [fromMs, toMs) out of the rollups of a minute or an hour, `stepMs` (a multiple of it) apart, with the extremes in each step. */
export const rollupPoints = (
  store: Store,
  series: string,
  fromMs: number,
  toMs: number,
  rollup: 'minute' | 'hour',
  stepMs: number,
): Promise<(PointRow & { readonly min: number; readonly max: number })[]> =>
  store
    .rows<{ t: string; value: number; low: number; high: number }>(
      `SELECT toUnixTimestamp(toStartOfInterval(ts, toIntervalSecond({step: UInt32}))) AS t, sum(s.sum) / sum(s.count) AS value, min(s.min) AS low, max(s.max) AS high
    FROM ${rollup === 'minute' ? 'rollup_1m' : 'rollup_1h'} AS s
    WHERE series = {series: UInt64} AND ts >= toDateTime({from: UInt32}) AND ts < toDateTime({to: UInt32}) GROUP BY t ORDER BY t`,
      {
        series,
        from: Math.floor(fromMs / 1_000),
        to: Math.ceil(toMs / 1_000),
        step: Math.max(60, Math.round(stepMs / 1_000)),
      },
    )
    .then((rows) =>
      rows.map(({ t, value, low, high }) => ({
        t: Number(t) * 1_000,
        value: Number(value),
        min: Number(low),
        max: Number(high),
      })),
    );

/** Count and sum of all values stored of each probe (16 hex digits of its id's hash): to be held against a sender's ledger. */
export const probeLedgers = async (
  store: Store,
): Promise<ReadonlyMap<string, { readonly count: number; readonly sum: number }>> => {
  const rows = await store.rows<{ probe: string; count: string; sum: number }>(
    `SELECT lower(leftPad(hex(probe), 16, '0')) AS probe, sum(arrayCount(v -> NOT isNaN(v), values)) AS count,
      sum(arraySum(v -> if(isNaN(v), 0, v), values)) AS sum FROM frames GROUP BY probe`,
  );
  return new Map(rows.map((row) => [row.probe, { count: Number(row.count), sum: Number(row.sum) }]));
};

/** Distinct metric names stored since `fromMs`, and whether any series of a name changed its value. */
export const metricNames = async (store: Store, fromMs: number): Promise<ReadonlyMap<string, boolean>> => {
  const rows = await store.rows<{ metric: string; changed: number }>(
    `SELECT metric, max(low != high) AS changed FROM (
      SELECT series, min(value) AS low, max(value) AS high FROM samples WHERE ts >= fromUnixTimestamp64Milli({from: Int64}) GROUP BY series
    ) AS s INNER JOIN series AS d FINAL ON d.series = s.series GROUP BY metric ORDER BY metric`,
    { from: fromMs },
  );
  return new Map(rows.map((row) => [row.metric, Number(row.changed) === 1]));
};

/** Bodies (JSON) of the decisions in [fromMs, toMs), by their time and then in the log's order. */
export const decisionsBetween = async (store: Store, fromMs: number, toMs: number): Promise<string[]> => {
  const rows = await store.rows<{ body: string }>(
    'SELECT body FROM decision_log FINAL WHERE at >= fromUnixTimestamp64Milli({from: Int64}) AND at < fromUnixTimestamp64Milli({to: Int64}) ORDER BY at, stream, seq',
    { from: fromMs, to: toMs },
  );
  return rows.map((row) => row.body);
};

/** Error signatures of the last 30 days by service, as they were named when they were first met. */
export const knownSignatures = async (store: Store): Promise<ReadonlyMap<string, readonly string[]>> => {
  const rows = await store.rows<{ service: string; templates: string[] }>(
    `SELECT service, groupUniqArray(200)(attributes['log.template']) AS templates FROM series
    WHERE metric = 'fenghuo.log.signature.errors' AND announced > now() - INTERVAL 30 DAY GROUP BY service LIMIT 10000`,
  );
  return new Map(rows.map(({ service, templates }) => [service, templates]));
};

/** Highest sequence of a decision log (16 hex digits of the stream's id) that is stored, 0 where there is none. */
export const lastDecision = async (store: Store, stream: string): Promise<number> =>
  Number(
    (
      await store.rows<{ seq: string }>('SELECT max(seq) AS seq FROM decision_log WHERE stream = {stream: UInt64}', {
        stream: uint64(stream),
      })
    )[0]?.seq ?? 0,
  );
