// The last samples of each series as they came, missing ones included: for whoever wants to see, and to tell silence.
import { type BankColumns, RING } from './columns.ts';

/** Samples over which the share of missing ones runs. */
const MISSING_SAMPLES = 240;

/** Takes a sample of series `i`; steps that were skipped become missing samples. */
export const remember = (c: BankColumns, i: number, timeMs: number, value: number): void => {
  const gapMs = timeMs - c.lastS[i]! * 1000;
  const steps = c.filled[i] === 0 || gapMs < 1.5 * c.stepMs[i]! ? 1 : Math.round(gapMs / c.stepMs[i]!);
  for (let k = 1; k < Math.min(RING, steps); k++) slot(c, i, Number.NaN);
  slot(c, i, value);
  c.lastS[i] = timeMs / 1000;
  c.quiet[i] = Number.isNaN(value) ? Math.min(255, c.quiet[i]! + steps) : 0;
};

const slot = (c: BankColumns, i: number, value: number): void => {
  const head = c.head[i]!;
  c.ring[i * RING + head] = value;
  c.head[i] = (head + 1) % RING;
  if (c.filled[i]! < RING) c.filled[i] = c.filled[i]! + 1;
  const missing = Number.isNaN(value) ? 1 : 0;
  const n = c.n[i]! + 1;
  c.missing[i] = c.missing[i]! + (missing - c.missing[i]!) * (n < MISSING_SAMPLES ? 1 / n : 1 / MISSING_SAMPLES);
};

/** The samples of series `i`, oldest first; times are counted back from the last by the series' step. */
export const recentOf = (
  c: BankColumns,
  i: number,
): { readonly timesMs: Float64Array; readonly values: Float64Array } => {
  const count = c.filled[i]!;
  const timesMs = new Float64Array(count);
  const values = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    values[k] = c.ring[i * RING + ((c.head[i]! - count + k + RING) % RING)]!;
    timesMs[k] = c.lastS[i]! * 1000 - (count - 1 - k) * c.stepMs[i]!;
  }
  return { timesMs, values };
};
