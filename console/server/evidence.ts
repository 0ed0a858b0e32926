// Live evidence comes in pieces; server and browser put them together the same way. Pure, and imports types only: the browser loads it.
import type { LiveEvidence } from '@fenghuo/rules/contract';

type Series = LiveEvidence['series'];
/** Points kept a series: 15 minutes at 1 s. */
const POINTS_MAX = 900;

/** What was known with what came: newer points at the end, the oldest beyond the bound forgotten. */
export const mergeEvidence = (before: Series, came: Series): Series => {
  const known = new Map(before.map((one) => [one.series, one]));
  for (const one of came) {
    const earlier = known.get(one.series)?.points ?? [];
    const last = earlier.at(-1)?.t ?? 0;
    known.set(one.series, {
      ...one,
      points: [...earlier, ...one.points.filter((point) => point.t > last)].slice(-POINTS_MAX),
    });
  }
  return [...known.values()];
};
