// The curve from margins to chances: logistic regression on one figure by Newton's method, with Platt's targets (Platt 1999), which keep a curve of
// few cases from being certain.
import { type Curve, logOdds } from '../localise/confidence.ts';

export type Tried = { readonly margin: number; readonly isRight: boolean };

const ROUNDS = 50;
const SETTLED = 1e-9;

/** The most likely curve of cases with margins between 0 and 1, neither all right nor all wrong; others are left out. */
export const platt = (tried: readonly Tried[]): Curve => {
  const cases = tried.filter(({ margin }) => margin > 0 && margin < 1);
  const right = cases.filter(({ isRight }) => isRight).length;
  const targets = { right: (right + 1) / (right + 2), wrong: 1 / (cases.length - right + 2) };
  let [at, slope] = [0, 1];
  for (let round = 0; round < ROUNDS; round++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (const { margin, isRight } of cases) {
      const x = logOdds(margin);
      const chance = 1 / (1 + Math.exp(-(at + slope * x)));
      const off = (isRight ? targets.right : targets.wrong) - chance;
      const weight = chance * (1 - chance);
      g0 += off;
      g1 += off * x;
      h00 += weight;
      h01 += weight * x;
      h11 += weight * x * x;
    }
    const det = h00 * h11 - h01 * h01;
    const [a, b] = [(h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det];
    at += a;
    slope += b;
    if (Math.abs(a) + Math.abs(b) < SETTLED) break;
  }
  return { at, slope };
};
