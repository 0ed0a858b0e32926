// What a correction of a ranking has in common with the others, whoever is named instead of the first suspect.
import type { RankedSuspect, Ranking } from '../types.ts';

/** The suspects, of which `entity` keeps its place and is explained by `about`. */
export const explainedBy = (
  suspects: readonly RankedSuspect[],
  entity: string,
  about: string,
): readonly RankedSuspect[] =>
  suspects.map((one) =>
    one.entity === entity ? { ...one, because: [{ code: 'explained_by', about, weight: -one.score }] } : one,
  );

/** The way that trouble took where it came from `from`, which had it from nobody, to `to` first. */
export const cameFrom = (path: Ranking['path'], from: string, to: string, onsetMs: number): Ranking['path'] => [
  { from, to, onsetMs },
  ...path.filter((step) => step.to !== from && step.to !== to),
];
