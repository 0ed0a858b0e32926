// How sure an anomaly is: from the band's strength and the history's surprise to a probability that it is no chance.

/** Decades of surprise that make a score of 0.9, 0.99 …: one decade of score takes four of surprise. */
const DECADES_PER_NINE = 4;
/** Samples from which the series' own past has a say. */
const PAST = 120;

/** Surprise in decades as a score in 0..1. */
export const scoreOf = (decades: number): number => 1 - 10 ** (-Math.max(0, decades) / DECADES_PER_NINE);

/**
 * Probability in 0..1 that a deviation is no chance: the surer of the two tests.
 * Band: tails of operational series fall like a power, P(|z| > x) ~ (x / 2)^-4 for x beyond 2, after the series' own tail is taken out of z.
 * Surprise: its score; where the series has a past that knows such values, the band alone is never surer than .95.
 * @param strength robust z of the last sample, tail-corrected  @param sum accumulated CUSUM of z above its slack
 * @param decades surprise  @param n samples so far
 */
export const probabilityOf = (strength: number, sum: number, decades: number, n: number): number => {
  const x = Math.max(strength, Math.min(sum, 30) * 0.8);
  const band = x <= 2 ? 0 : 1 - (2 / x) ** 4;
  const known = n >= PAST && decades < 4 ? 0.95 : 1;
  return Math.max(Math.min(band, known), scoreOf(decades));
};
