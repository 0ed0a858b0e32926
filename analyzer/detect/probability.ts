// How sure an anomaly is: from effective z and accumulated evidence to a probability that is not chance.

/**
 * Probability in 0..1 that a deviation is no chance. Tails of operational series fall like a power, not like a Gaussian:
 * P(|z| > x) ~ (x / 2)^-4 for x beyond 2, after the series' own tail has been taken out of z.
 * @param effective robust z of the last sample, tail-corrected  @param sum accumulated CUSUM of z above its slack
 */
export const probabilityOf = (effective: number, sum: number): number => {
  const strength = Math.max(effective, Math.min(sum, 30) * 0.8);
  if (strength <= 2) return 0;
  return 1 - (2 / strength) ** 4;
};
