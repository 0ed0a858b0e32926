// AC@k and Avg@5 of rankings against what was injected.
import { endsOf } from '../localise/link.ts';
import type { Ranking } from '../types.ts';

/** Services of a ranking, first mentions, best first; of a link, which a recorded case cannot name, the service that is reached over it. */
export const servicesIn = ({ suspects }: Ranking): string[] => [
  ...new Set(suspects.map(({ entity }) => endsOf(entity).at(-1)!)),
];

/** Place of the first right service among the first mentions, from 1; Infinity for a miss. */
export const placeOf = (ranked: readonly string[], right: readonly string[]): number => {
  const place = [...new Set(ranked)].findIndex((service) => right.includes(service));
  return place < 0 ? Number.POSITIVE_INFINITY : place + 1;
};

export type Accuracy = {
  readonly cases: number;
  readonly ac1: number;
  readonly ac3: number;
  readonly ac5: number;
  readonly avg5: number;
};

export const accuracyOf = (places: readonly number[]): Accuracy => {
  const within = (k: number): number => places.filter((place) => place <= k).length / Math.max(1, places.length);
  return {
    cases: places.length,
    ac1: within(1),
    ac3: within(3),
    ac5: within(5),
    avg5: [1, 2, 3, 4, 5].reduce((sum, k) => sum + within(k), 0) / 5,
  };
};
