// How a rollup is built from raw, and the question whether it equals raw.
import type { Store } from './client.ts';

export type RollupTable = 'samples_1m' | 'samples_1h';

/** Builds the rows of [fromMs, toMs) from raw; `version` (epoch ms) replaces what was built before. */
export const rollUp = (
  store: Store,
  table: RollupTable,
  seconds: number,
  fromMs: number,
  toMs: number,
  version: number,
): Promise<void> =>
  store.run(
    `INSERT INTO ${table} SELECT series, toStartOfInterval(ts, INTERVAL ${seconds} SECOND) AS start, count(), sum(value), min(value), max(value),
      quantilesTDigestState(0.5, 0.9, 0.99)(value), {version: UInt64}
    FROM samples WHERE ts >= fromUnixTimestamp64Milli({from: Int64}) AND ts < fromUnixTimestamp64Milli({to: Int64}) GROUP BY series, start`,
    { from: fromMs, to: toMs, version },
  );

/** Series-minutes in [fromMs, toMs) whose rollup does not say exactly what raw says; 0 is what must hold. */
export const rollupDifferences = async (
  store: Store,
  table: RollupTable,
  seconds: number,
  fromMs: number,
  toMs: number,
): Promise<number> => {
  const [row] = await store.rows<{ differing: string }>(
    `SELECT count() AS differing FROM (
      SELECT series, toStartOfInterval(ts, INTERVAL ${seconds} SECOND) AS start, count() AS c, min(value) AS low, max(value) AS high, sum(value) AS s FROM samples
      WHERE ts >= fromUnixTimestamp64Milli({from: Int64}) AND ts < fromUnixTimestamp64Milli({to: Int64}) GROUP BY series, start
    ) AS raw FULL OUTER JOIN (
      SELECT series, ts AS start, count AS c, min AS low, max AS high, sum AS s FROM ${table} FINAL
      WHERE ts >= fromUnixTimestamp64Milli({from: Int64}) AND ts < fromUnixTimestamp64Milli({to: Int64})
    ) AS rolled ON raw.series = rolled.series AND raw.start = rolled.start
    WHERE raw.c != rolled.c OR raw.low != rolled.low OR raw.high != rolled.high OR abs(raw.s - rolled.s) > 1e-9 * greatest(1, abs(raw.s))`,
    { from: fromMs, to: toMs },
  );
  return Number(row?.differing ?? 0);
};
