// What the last samples before an onset say by themselves: level, steps, extremes. Beside the detector's long baseline, which may be of another day.

/** Samples before an onset that the ranking looks at, so many that level, steps and extremes are known; the detectors' ring holds some more. */
export const BEFORE_SAMPLES = 24;
/** Samples just before the onset that say what the level was then. */
export const JUST_BEFORE = 3;
/** Samples below which nothing is said. */
const SAMPLES_MIN = 6;
/** Median absolute deviation to standard deviation of a normal distribution. */
export const MAD_TO_SD = 1.4826;

/** So few numbers are sorted faster by insertion than by the library. */
const SHORT = 64;

const sortedShort = (values: ArrayLike<number>): number[] => {
  // A plain array: a typed one of more than a few numbers has a buffer outside of the heap, which costs more than the sorting.
  const sorted: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    let k = i - 1;
    for (; k >= 0 && sorted[k]! > value; k--) sorted[k + 1] = sorted[k]!;
    sorted[k + 1] = value;
  }
  return sorted;
};

/** Median (the upper one of two), NaN of nothing; none of the values may be missing. */
export const middleOf = (values: ArrayLike<number>): number => {
  const sorted = values.length <= SHORT ? sortedShort(values) : new Float64Array(values).sort();
  return sorted[values.length >> 1] ?? Number.NaN;
};

/**
 * Level just before the onset and the scale of changes from sample to sample, at least `least` of the level and `leastAt` in the metric's
 * unit; undefined where there are too few samples, or nothing but zeros: what began since is new, and how much of it is much nobody knows.
 */
export const localOf = (
  before: readonly number[],
  least: number,
  leastAt: number,
): { readonly level: number; readonly scale: number } | undefined => {
  if (before.length < SAMPLES_MIN) return undefined;
  const level = middleOf(before.slice(-JUST_BEFORE));
  const differences: number[] = [];
  for (let i = 1; i < before.length; i++) differences.push(Math.abs(before[i]! - before[i - 1]!));
  const scale = Math.max(MAD_TO_SD * middleOf(differences), least * Math.abs(level), leastAt);
  return scale > 0 ? { level, scale } : undefined;
};

/**
 * Chance that a sample of a figure that hardly ever moves is off its usual value, by the rule of succession (Laplace); undefined of a figure
 * that moves in half of the samples, or of none.
 */
export const seldomOf = (before: readonly number[]): number | undefined => {
  const usual = middleOf(before);
  const moved = before.filter((value) => value !== usual).length;
  return 2 * moved >= before.length ? undefined : (moved + 1) / (before.length + 1);
};

/**
 * Scale by the worst of the samples before: of n normal deviations the greatest is about sqrt(2 ln n) (Leadbetter, Lindgren and Rootzén 1983).
 * So a series that is wild now and then must be wilder still to mean anything.
 */
export const extremeOf = (deviations: readonly number[]): number => {
  if (deviations.length < SAMPLES_MIN) return 0;
  let most = 0;
  for (const one of deviations) if (one > most) most = one;
  return most / Math.sqrt(2 * Math.log(deviations.length));
};

/** The samples of a series from `fromMs` on, without those that are missing. */
export const toldFrom = (
  { timesMs, values }: { readonly timesMs: Float64Array; readonly values: Float64Array },
  fromMs: number,
): Float64Array => values.filter((value, i) => timesMs[i]! >= fromMs && !Number.isNaN(value));
