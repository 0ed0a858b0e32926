// A recorded case's rows through the detectors that run live: what was normal, what is anomalous now, and where the trouble begins.
import type { Anomaly } from '@fenghuo/rules/contract';
import { DetectorBank } from '../detect/bank.ts';
import type { Baseline, SeriesMeta } from '../types.ts';

export type Rows = {
  readonly metas: readonly SeriesMeta[];
  readonly stepMs: number;
  /** Epoch seconds, ascending. */
  readonly times: readonly number[];
  /** `values[series][row]`, NaN is missing. */
  readonly values: readonly Float64Array[];
};
export type Streamed = {
  readonly baselines: readonly Baseline[];
  readonly anomalies: readonly (Anomaly | undefined)[];
};

const bankOf = ({ metas, stepMs }: Rows): DetectorBank => {
  const bank = new DetectorBank();
  for (const meta of metas) bank.add(meta, stepMs);
  return bank;
};

/** Streams all rows; learning ends at the row `healthy` (at the end where there is none). Baselines as of then, anomalies as of the end. */
export const stream = (rows: Rows, healthy: number): Streamed => {
  const { metas, times, values } = rows;
  const bank = bankOf(rows);
  let baselines: Baseline[] = [];
  times.forEach((time, row) => {
    if (row === healthy) {
      baselines = metas.map((_, i) => bank.baseline(i));
      for (const i of metas.keys()) bank.freeze(i);
    }
    for (const i of metas.keys()) bank.push(i, time * 1_000, values[i]![row]!);
    bank.tick(time * 1_000);
  });
  if (baselines.length === 0) baselines = metas.map((_, i) => bank.baseline(i));
  return { baselines, anomalies: metas.map((_, i) => bank.anomaly(i)) };
};
