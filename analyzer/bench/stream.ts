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

/** Streams all rows; learning ends at the row `healthy` (there must be one). Baselines as of then, anomalies as of the end. */
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
  return { baselines, anomalies: metas.map((_, i) => bank.anomaly(i)) };
};

/** Row with which most symptoms begin within three steps, the later half only; undefined where hardly anything does. */
export const foundOnset = (rows: Rows): number | undefined => {
  const { metas, stepMs, times, values } = rows;
  const bank = bankOf(rows);
  const began = new Float64Array(times.length);
  times.forEach((time, row) => {
    metas.forEach((_, i) => {
      if (bank.push(i, time * 1_000, values[i]![row]!) !== 1) return;
      const lag = Math.round((time * 1_000 - (bank.anomaly(i)?.onsetMs ?? time * 1_000)) / stepMs);
      const at = Math.max(0, row - lag);
      began[at] = began[at]! + bank.probability(i);
    });
  });
  let most = 0;
  let found: number | undefined;
  for (let row = Math.floor(times.length / 2); row < times.length; row++) {
    const sum = began[row]! + (began[row + 1] ?? 0) + (began[row + 2] ?? 0);
    if (sum > most) [most, found] = [sum, row];
  }
  return found;
};
