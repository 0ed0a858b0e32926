// The few figures the probe's bench decides by.

export const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
export const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / (values.length - 1));
};
export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * q) - 1)] ?? Number.NaN;

/** Student's t, 97.5 %, by degrees of freedom from 1. */
const T = [12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131];
const t = (freedom: number): number => T[Math.min(freedom, T.length) - 1] ?? Number.NaN;

/** Mean of paired differences and the half width of its 95 % interval: a difference within it is not told from chance. */
export const paired = (differences: readonly number[]): { readonly difference: number; readonly spread: number } => ({
  difference: mean(differences),
  spread: (t(differences.length - 1) * deviation(differences)) / Math.sqrt(differences.length),
});

/** Within what one further value of such a sample lies, 95 %: mean ± spread. */
export const prediction = (sample: readonly number[]): { readonly middle: number; readonly spread: number } => ({
  middle: mean(sample),
  spread: t(sample.length - 1) * deviation(sample) * Math.sqrt(1 + 1 / sample.length),
});
