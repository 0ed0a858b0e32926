// How sure the first cause is: the chance that it is the right one, read from how far it stands out. A logistic curve over the margin's log-odds
// (Platt, Advances in Large Margin Classifiers, 1999), learned on cases that `bench:generated` makes of even seeds; `npm run bench:confidence`
// learns it anew, and holds it against odd seeds and recorded cases.

/** Log-odds of being right at a margin of a half, and how fast they grow with the margin's own. */
export type Curve = { readonly at: number; readonly slope: number };
export const learned: Curve = { at: 0.37, slope: 2.45 };

/** What a rival that is not there weighs: the first stands out from nobody by no more than its own score allows. */
const NOBODY = 0.3;

/** 0..1: the first one's part of the scores of the first and of its strongest rival. Nothing by itself: `confidenceOf` tells what it is worth. */
export const marginOf = (first: number, rival: number): number => first / (first + rival + NOBODY);

export const logOdds = (share: number): number => Math.log(share / (1 - share));

/** Chance, 0..1, that the first is right; grows with the margin everywhere, so that whoever compares margins may compare chances. */
export const confidenceOf = (margin: number, { at, slope }: Curve = learned): number =>
  margin <= 0 ? 0 : 1 / (1 + Math.exp(-(at + slope * logOdds(Math.min(margin, 1 - Number.EPSILON)))));
