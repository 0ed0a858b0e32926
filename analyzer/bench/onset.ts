// Where the trouble of a recorded case begins if nobody told: the row at which most entities change for the worse, each against its own last rows.
import { MAD_TO_SD, middleOf } from '../localise/past.ts';
import { defaults } from '../localise/settings.ts';
import { strengthOf } from '../localise/strength.ts';
import type { Baseline } from '../types.ts';
import type { Rows } from './stream.ts';

/** Rows before and after a candidate that are compared. */
const BEFORE = 24;
const AFTER = 5;

/** Row with which the trouble begins, the first of equals; undefined where nothing changes. */
export const foundOnset = ({ metas, times, values }: Rows): number | undefined => {
  const timesMs = Float64Array.from(times, (time) => time * 1_000);
  const deviations = values.map(pastDeviation);
  let most = 0;
  let found: number | undefined;
  for (let row = BEFORE / 2; row < times.length; row++) {
    const from = Math.max(0, row - BEFORE);
    const until = row + AFTER;
    const worst = new Map<string, number>();
    metas.forEach((meta, i) => {
      const all = values[i]!;
      if (meta.class === 'traffic' || meta.class === 'business' || !isNews(all, from, row, until, meta.bad)) return;
      const baseline = baselineAt(all.subarray(from, row), deviations[i]![row]!);
      const window = { meta, baseline, timesMs: timesMs.subarray(from, until), values: all.subarray(from, until) };
      const { strength } = strengthOf(window, timesMs[row]!, defaults);
      const key = `${meta.entity}\u0000${meta.class}`;
      if (strength > (worst.get(key) ?? 0)) worst.set(key, strength);
    });
    let sum = 0;
    // A few strong changes are an incident, many faint ones are weather.
    for (const strength of worst.values()) sum += strength ** 2;
    // Who cuts out a recording has its end in mind: of two changes alike the later one is meant.
    sum *= row / times.length;
    if (sum > most) [most, found] = [sum, row];
  }
  return found;
};

/** Whether any sample from `row` on lies beyond all before it, the bad way; if none does, its strength is 0 and need not be computed. */
const isNews = (
  values: Float64Array,
  from: number,
  row: number,
  until: number,
  bad: 'up' | 'down' | 'both',
): boolean => {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = from; i < row; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  for (let i = row; i < until && i < values.length; i++) {
    const value = values[i]!;
    if ((bad !== 'down' && value > high) || (bad !== 'up' && value < low)) return true;
  }
  return false;
};

/** Level of the last rows; their scale, or that of all rows before where it is greater: what has happened before is no news. */
const baselineAt = (before: Float64Array, deviation: number): Baseline => {
  const present = before.filter((value) => !Number.isNaN(value));
  const location = present.length === 0 ? 0 : middleOf(present);
  const local = present.length === 0 ? 0 : MAD_TO_SD * middleOf(present.map((value) => Math.abs(value - location)));
  return {
    n: present.length,
    location,
    scale: Math.max(local, deviation, 1e-12),
    mean: location,
    sd: deviation,
    min: Math.min(...present),
    max: Math.max(...present),
    missing: 1 - present.length / before.length,
  };
};

/** Standard deviation of all samples before each row (Welford, Technometrics 4, 1962). */
const pastDeviation = (values: Float64Array): Float64Array => {
  let n = 0;
  let mean = 0;
  let squares = 0;
  return values.map((value) => {
    const deviation = n < 2 ? 0 : Math.sqrt(squares / (n - 1));
    if (Number.isNaN(value)) return deviation;
    n++;
    const delta = value - mean;
    mean += delta / n;
    squares += delta * (value - mean);
    return deviation;
  });
};
