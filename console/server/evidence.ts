// Live evidence comes in pieces; server and browser put them together the same way. Pure, and imports types only: the browser loads it.
import type { LiveEvidence } from '@fenghuo/rules/contract';

type Series = LiveEvidence['series'];
/** Points kept a series: 15 minutes at 1 s. */
const POINTS_MAX = 900;

type Points = Series[number]['points'];

/** What was known with what came, in order of time: a point known already stays, the oldest beyond the bound are forgotten. */
export const mergeEvidence = (before: Series, came: Series): Series => {
  const known = new Map(before.map((one) => [one.series, one]));
  for (const one of came)
    known.set(one.series, { ...one, points: merged(known.get(one.series)?.points ?? [], one.points) });
  return [...known.values()];
};

/** Usually what comes is newer; what a page fetches after the first live piece is older, and belongs before it. */
const merged = (earlier: Points, came: Points): Points => {
  const last = earlier.at(-1)?.t ?? 0;
  if (came.every((point) => point.t > last)) return [...earlier, ...came].slice(-POINTS_MAX);
  const times = new Set(earlier.map((point) => point.t));
  const all = [...earlier, ...came.filter((point) => !times.has(point.t))];
  return all.sort((a, b) => a.t - b.t).slice(-POINTS_MAX);
};
