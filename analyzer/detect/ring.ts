// The last samples of each series as they came, missing ones included: for whoever wants to see, and to tell silence.
import type { Batch } from './batch.ts';
import { FILLED, HEAD, LAST_S, MISSING, N, QUIET, type Records, RING, STEP_MS, slotOf, WORDS } from './record.ts';

/** Samples over which the share of missing ones runs. */
const MISSING_SAMPLES = 240;

/** First stage: keeps a batch's samples; steps that were skipped become missing samples. */
export const remember = (r: Records, batch: Batch): void => {
  const { f, u, b, ring } = r;
  const { count, timeMs } = batch;
  const second = Math.floor(timeMs / 1000);
  for (let k = 0; k < count; k++) {
    const at = batch.at[k]!;
    const bytes = at * 4;
    const value = batch.value[k]!;
    const gapMs = timeMs - u[at + LAST_S]! * 1000;
    if (Number.isNaN(value) || gapMs >= 1.5 * f[at + STEP_MS]! || f[at + MISSING] !== 0)
      gaps(r, batch.index[k]!, gapMs, value);
    else b[bytes + QUIET] = 0;
    const head = b[bytes + HEAD]!;
    ring[slotOf(batch.index[k]!, head)] = value;
    b[bytes + HEAD] = (head + 1) & (RING - 1);
    if (b[bytes + FILLED]! < RING) b[bytes + FILLED] = b[bytes + FILLED]! + 1;
    u[at + LAST_S] = second;
  }
};

/** What a series that has missed samples costs more: the skipped slots, the share of missing ones, how long it is quiet. */
const gaps = ({ f, u, b, ring }: Records, index: number, gapMs: number, value: number): void => {
  const at = index * WORDS;
  const bytes = at * 4;
  const isMissing = Number.isNaN(value);
  const step = f[at + STEP_MS]!;
  const steps = b[bytes + FILLED] === 0 || gapMs < 1.5 * step ? 1 : Math.round(gapMs / step);
  const n = u[at + N]! + 1;
  const rate = n < MISSING_SAMPLES ? 1 / n : 1 / MISSING_SAMPLES;
  let share = f[at + MISSING]!;
  for (let k = 1; k < Math.min(RING, steps); k++) {
    ring[slotOf(index, b[bytes + HEAD]!)] = Number.NaN;
    b[bytes + HEAD] = (b[bytes + HEAD]! + 1) & (RING - 1);
    if (b[bytes + FILLED]! < RING) b[bytes + FILLED] = b[bytes + FILLED]! + 1;
    share += (1 - share) * rate;
  }
  f[at + MISSING] = share + ((isMissing ? 1 : 0) - share) * rate;
  b[bytes + QUIET] = isMissing ? Math.min(255, b[bytes + QUIET]! + steps) : 0;
};

/** The samples of series `i`, oldest first; times are counted back from the last by the series' step. */
export const recentOf = (r: Records, i: number): { readonly timesMs: Float64Array; readonly values: Float64Array } => {
  const count = r.b[i * WORDS * 4 + FILLED]!;
  const timesMs = new Float64Array(count);
  const values = new Float64Array(count);
  copyLast(r, i, count, values, 0);
  for (let k = 0; k < count; k++)
    timesMs[k] = r.u[i * WORDS + LAST_S]! * 1000 - (count - 1 - k) * r.f[i * WORDS + STEP_MS]!;
  return { timesMs, values };
};

/** The samples of series `i` without their times. */
export const valuesOf = (r: Records, i: number): number[] => {
  const count = r.b[i * WORDS * 4 + FILLED]!;
  const head = r.b[i * WORDS * 4 + HEAD]!;
  const values: number[] = [];
  for (let k = 0; k < count; k++) values.push(r.ring[slotOf(i, (head - count + k + RING) & (RING - 1))]!);
  return values;
};

/** How many of the samples of series `i` are from `fromMs` on. */
export const countSince = ({ u, f, b }: Records, i: number, fromMs: number): number => {
  const since = Math.floor((u[i * WORDS + LAST_S]! * 1000 - fromMs) / f[i * WORDS + STEP_MS]!) + 1;
  return Math.max(0, Math.min(b[i * WORDS * 4 + FILLED]!, since));
};

/** Writes the last `count` samples of series `i`, at most as many as there are, into `out` from place `to` on, oldest first. */
export const copyLast = (r: Records, i: number, count: number, out: Float64Array, to: number): void => {
  const head = r.b[i * WORDS * 4 + HEAD]!;
  for (let k = 0; k < count; k++) out[to + k] = r.ring[slotOf(i, (head - count + k + RING) & (RING - 1))]!;
};

/** Lays a sample over the ring of series `i` that belongs to no step and moves nothing else; what is answered takes it away and puts back what it covered. */
export const layOver = ({ ring, b }: Records, i: number, value: number): (() => void) => {
  const bytes = i * WORDS * 4;
  const [head, filled] = [b[bytes + HEAD]!, b[bytes + FILLED]!];
  const slot = slotOf(i, head);
  const covered = ring[slot]!;
  ring[slot] = value;
  b[bytes + HEAD] = (head + 1) & (RING - 1);
  b[bytes + FILLED] = Math.min(RING, filled + 1);
  return () => {
    ring[slot] = covered;
    b[bytes + HEAD] = head;
    b[bytes + FILLED] = filled;
  };
};
