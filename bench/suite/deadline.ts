// From when a fault's deadline runs.
import type { Truth } from '../../examples/takeaway/truth.ts';

/** Distractors that customers feel by themselves: what leaves its band then need not be the fault's doing. */
const FELT: ReadonlySet<string> = new Set(['planned-restart']);

/** Times of a run, epoch ms; undefined where nobody knows, infinite where it never came. */
export type Times = {
  /** When the switch began the fault. */
  readonly beganMs: number | undefined;
  /** When the first figure of customers left its band. */
  readonly feltMs: number;
  /** The first bad sample of whoever is right. */
  readonly firstBadMs: number | undefined;
};

/**
 * An immediate fault's deadline runs from its first bad sample, a growing one's from when customers felt it: never before it began, and beside a distractor
 * that they feel as well not before it showed in a sample.
 */
export const deadlineFrom = (
  nature: Truth['nature'],
  distractor: string | null,
  { beganMs, feltMs, firstBadMs }: Times,
): number | undefined => {
  if (nature === 'immediate') return beganMs === undefined ? undefined : (firstBadMs ?? beganMs);
  const shownMs = distractor !== null && FELT.has(distractor) ? firstBadMs : undefined;
  return Math.max(feltMs, beganMs ?? feltMs, shownMs ?? feltMs);
};
