// A recorded case's rows through the detectors that run live: what they say, and where the trouble begins if nobody told.

import type { Anomaly } from '@fenghuo/rules/contract';
import { DetectorBank } from '../detect/bank.ts';
import type { SeriesMeta } from '../types.ts';

const bankOf = (metas: readonly SeriesMeta[], stepMs: number): DetectorBank => {
  const bank = new DetectorBank();
  for (const meta of metas) bank.add(meta, stepMs);
  return bank;
};

/** Streams all rows and answers what goes on at the end, by series; learning ends at the row `healthy`. */
export const stream = (
  metas: readonly SeriesMeta[],
  stepMs: number,
  times: readonly number[],
  values: readonly Float64Array[],
  healthy: number,
): (Anomaly | undefined)[] => {
  const bank = bankOf(metas, stepMs);
  times.forEach((time, row) => {
    if (row === healthy) for (const i of metas.keys()) bank.freeze(i);
    for (const i of metas.keys()) bank.push(i, time * 1_000, values[i]![row]!);
    bank.tick(time * 1_000);
  });
  return metas.map((_, i) => bank.anomaly(i));
};

/** Row with which most symptoms begin within three steps, the later half only; undefined where hardly anything does. */
export const foundOnset = (
  metas: readonly SeriesMeta[],
  stepMs: number,
  times: readonly number[],
  values: readonly Float64Array[],
): number | undefined => {
  const bank = bankOf(metas, stepMs);
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
