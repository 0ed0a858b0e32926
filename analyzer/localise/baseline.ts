// Exact robust statistics of a healthy past, behind the same type as the detector bank's streaming estimates.
import { mean, median, medianAbsoluteDeviation, standardDeviation } from 'simple-statistics';
import type { Baseline } from '../types.ts';

/** MAD to standard deviation of a normal distribution. */
const MAD_TO_SD = 1.4826;
/** Nothing is known more exactly than to this share of its location. */
const RELATIVE = 0.05;
/** A ratio that never fails is known better: half a percent of failures is news. */
export const RELATIVE_ERRORS = 0.005;

/** Baseline of samples before an onset; NaN is missing. The scale never falls below a share of the location, 5 % unless told. */
export const baselineOf = (samples: Float64Array, relative = RELATIVE): Baseline => {
  const present = [...samples].filter((value) => !Number.isNaN(value));
  const n = present.length;
  if (n === 0) return { n, location: 0, scale: 1, mean: 0, sd: 0, min: 0, max: 0, missing: 1 };
  const location = median(present);
  const sd = standardDeviation(present);
  const average = mean(present);
  const robust = MAD_TO_SD * medianAbsoluteDeviation(present);
  return {
    n,
    location,
    scale: Math.max(robust, sd, relative * Math.abs(location)) || 1e-12,
    mean: average,
    sd,
    min: Math.min(...present),
    max: Math.max(...present),
    missing: 1 - n / samples.length,
  };
};
