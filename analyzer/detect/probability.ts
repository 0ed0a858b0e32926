// How sure an anomaly is: from the band's strength and the history's surprise to a probability that it is no chance.

/** Decades of surprise that make a score of 0.9, 0.99 …: one decade of score takes four of surprise. */
const DECADES_PER_NINE = 4;
/** Decades at which half of the recorded alarms were true (docs/detection.md). */
const EVEN = 5.7;
/**
 * Decades in which the doubt falls to a tenth, for what was seen in a sample or two and for what lasts. A single sample far outside is
 * what heavy tails are made of, however far; that it stays there is what they are not.
 */
const DOUBT_TENTH_BRIEF = 20;
const DOUBT_TENTH_LASTING = 3;
/** Accumulated CUSUM up to which it is brief (two samples add no more), and from which it lasts (four or more). */
const BRIEF_SUM = 6;
const LASTING_SUM = 12;
/** What is brief is never surer than this. */
const BRIEF_MOST = 0.95;
/** A series without a past of its own is never surer than this. */
const YOUNG_MOST = 0.95;

/** Surprise in decades as a score in 0..1. */
export const scoreOf = (decades: number): number => 1 - 10 ** (-Math.max(0, decades) / DECADES_PER_NINE);

/**
 * Probability in 0..1 that a deviation is no chance.
 * With a past: from the surprise, less the decades that many looks a day cost, and from how long it lasts. Stated in line with recorded
 * and generated series, not with the model's tail; .99 and more only for what is rare and lasts.
 * Young: from the band. Tails of operational series fall like a power, P(|z| > x) ~ (x / 2)^-4 beyond 2.
 * @param strength robust z of the last sample, tail-corrected  @param sum accumulated CUSUM of z above its slack
 * @param decades greatest surprise of late  @param looks decades  @param isYoung no past to speak of
 */
export const probabilityOf = (
  strength: number,
  sum: number,
  decades: number,
  looks: number,
  isYoung: boolean,
): number => {
  const x = Math.max(strength, Math.min(sum, 30) * 0.8);
  const band = x <= 2 ? 0 : 1 - (2 / x) ** 4;
  if (isYoung) return Math.min(band, YOUNG_MOST);
  const past = decades - looks;
  if (past <= EVEN) return 0.5 * (Math.max(0, past) / EVEN) ** 4;
  const lasting = Math.min(1, Math.max(0, (sum - BRIEF_SUM) / (LASTING_SUM - BRIEF_SUM)));
  const tenths = (past - EVEN) * ((1 - lasting) / DOUBT_TENTH_BRIEF + lasting / DOUBT_TENTH_LASTING);
  return Math.min(1 - 0.5 * 10 ** -tenths, BRIEF_MOST + (1 - BRIEF_MOST) * lasting);
};
