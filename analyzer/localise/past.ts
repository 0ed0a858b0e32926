// What the last samples before an onset say by themselves: level, steps, extremes. Beside the detector's long baseline, which may be of another day.

/** Samples before an onset that the ranking looks at, so many that level, steps and extremes are known; the detectors' ring holds some more. */
export const BEFORE_SAMPLES = 24;
/** Samples just before the onset that say what the level was then. */
const JUST_BEFORE = 3;
/** Samples below which nothing is said. */
const SAMPLES_MIN = 6;
/** Median absolute deviation to standard deviation of a normal distribution. */
export const MAD_TO_SD = 1.4826;

/** Median (the upper one of two), NaN of nothing. */
export const middleOf = (values: Float64Array | readonly number[]): number =>
  Float64Array.from(values).sort()[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * Level just before the onset and the scale of changes from sample to sample, at least `least` of the level and `leastAt` in the metric's
 * unit; undefined where there are too few samples, or nothing but zeros: what began since is new, and how much of it is much nobody knows.
 */
export const localOf = (
  before: Float64Array,
  least: number,
  leastAt: number,
): { readonly level: number; readonly scale: number } | undefined => {
  if (before.length < SAMPLES_MIN) return undefined;
  const level = middleOf(before.subarray(-JUST_BEFORE));
  const differences = before.subarray(1).map((value, i) => Math.abs(value - before[i]!));
  const scale = Math.max(MAD_TO_SD * middleOf(differences), least * Math.abs(level), leastAt);
  return scale > 0 ? { level, scale } : undefined;
};

/**
 * Scale by the worst of the samples before: of n normal deviations the greatest is about sqrt(2 ln n) (Leadbetter, Lindgren and Rootzén 1983).
 * So a series that is wild now and then must be wilder still to mean anything.
 */
export const extremeOf = (deviations: Float64Array): number =>
  deviations.length < SAMPLES_MIN ? 0 : Math.max(0, ...deviations) / Math.sqrt(2 * Math.log(deviations.length));
