// What the tuned constants are worth where they were not tuned: a small search chooses each anew on the other data sets, and the one
// that was left out is scored with what they chose. Evidence is gathered once; only the scoring is repeated.
import { endsOf } from '../localise/link.ts';
import { ranked } from '../localise/ranked.ts';
import { defaults, type Settings } from '../localise/settings.ts';
import type { Evidence } from '../types.ts';
import { placeOf, servicesIn } from './accuracy.ts';
import type { RecordedCase, Truth } from './case.ts';
import { prepared } from './evidence.ts';

export type Tunable = {
  readonly dataset: string;
  readonly truth: Truth;
  readonly evidence: (settings: Settings) => Evidence;
};

/** Candidates of each constant; the first is what the search begins with: a round value, not the product's. Whether an idea is used at all is not searched. */
const candidates: Readonly<Partial<Record<keyof Settings, readonly number[]>>> = {
  zLeast: [3, 2, 4],
  share: [1, 0.5, 0.75],
  fall: [0.5, 0.2, 0.3, 1],
  stepLeast: [0.02, 0.005, 0.01, 0.05],
  calleesLeast: [4, 2, 3],
  complaintAlone: [0.5, 0.1, 0.3, 1],
  noise: [1, 0.25, 0.5, 2],
  unexplainedLeast: [0.2, 0.05, 0.1, 0.4],
  lateAtErrors: [0.5, 0.1, 0.3],
  aloneLeast: [4, 2, 3, 6],
  aloneAlways: [0.2, 0.05, 0.1],
  ownMost: [8, 3, 5, 12],
  starving: [0.5, 1],
};
const keys = Object.keys(candidates) as (keyof Settings)[];
/** Rounds over all constants, at most. */
const ROUNDS = 2;

export const begin: Settings = {
  ...defaults,
  ...Object.fromEntries(keys.map((key) => [key, candidates[key]![0]])),
};

export const tunable = (recorded: RecordedCase, truth: Truth): Tunable => {
  const { dataset } = recorded;
  return { dataset, truth, evidence: prepared(recorded) };
};

export const servicesOf = ({ evidence }: Tunable, settings: Settings): readonly string[] =>
  servicesIn(ranked(evidence(settings), settings));

/**
 * How well the right service stands: half the reciprocal of its place, half its part of the score against the best other one, which moves
 * also where no place does; the mean over cases, then over data sets, so that a large one does not decide alone.
 */
export const worth = (cases: readonly Tunable[], settings: Settings): number => {
  const sums = new Map<string, { sum: number; n: number }>();
  for (const one of cases) {
    const ranking = ranked(one.evidence(settings), settings);
    const { suspects } = ranking;
    const isRight = ({ entity }: { entity: string }): boolean => one.truth.services.includes(endsOf(entity).at(-1)!);
    const right = suspects.find(isRight)?.score ?? 0;
    const wrong = suspects.find((suspect) => !isRight(suspect))?.score ?? 0;
    const place = placeOf(servicesIn(ranking), one.truth.services);
    const of = sums.get(one.dataset) ?? { sum: 0, n: 0 };
    sums.set(one.dataset, { sum: of.sum + 0.5 / place + (0.5 * right) / (right + wrong + 0.3), n: of.n + 1 });
  }
  return [...sums.values()].reduce((total, { sum, n }) => total + sum / n, 0) / Math.max(1, sums.size);
};

/** Coordinate search from `begin`: each constant in turn takes the candidate that is best on these cases, the first of equals, until none moves. */
export const tuned = (cases: readonly Tunable[], from: Settings = begin): Settings => {
  let settings = from;
  let most = worth(cases, settings);
  for (let round = 0; round < ROUNDS; round++) {
    const before = settings;
    for (const key of keys)
      for (const value of candidates[key]!) {
        if (value === settings[key]) continue;
        const other = { ...settings, [key]: value };
        const is = worth(cases, other);
        if (is > most) [settings, most] = [other, is];
      }
    if (settings === before) break;
  }
  return settings;
};

/** What the search chose, as `key value` where it is not the product's own. */
export const differing = (settings: Settings): string[] =>
  keys.flatMap((key) => (settings[key] === defaults[key] ? [] : [`${key} ${settings[key]} (${defaults[key]})`]));
