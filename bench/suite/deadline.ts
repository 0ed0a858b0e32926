// What is expected of a run, and from when its deadline runs: one reading of the truth for live runs and for recorded ones.
import { deadlineMs, type Truth } from '../../examples/takeaway/truth.ts';
import { firstBadSample } from './first-sample.ts';
import type { Expected } from './score.ts';

/** Seconds in which nobody failed, before a case begins. */
export const WELL_S = 8;

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

/** A run: what went beside its fault, and, epoch ms, when customers felt anything (infinite where never), when the case began and until when it was watched. */
export type Run = {
  readonly distractor: string | null;
  readonly feltMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
};

/**
 * What a run is judged by. @param right names that count as right  @param beganMs when the switch began the fault; undefined where it never did
 * @param stream what lay in the stream, from before the run on
 */
export const expectedOf = (
  { kinds, nature }: Truth,
  { right, beganMs }: { readonly right: readonly string[]; readonly beganMs: number | undefined },
  { distractor, feltMs, fromMs, untilMs }: Run,
  stream: Parameters<typeof firstBadSample>[0],
): Expected => {
  const calmMs = fromMs - WELL_S * 1_000;
  const firstBadMs =
    beganMs === undefined ? undefined : firstBadSample(stream, right, { calmMs, fromMs: beganMs, untilMs });
  const runsMs = deadlineFrom(nature, distractor, { beganMs, feltMs, firstBadMs });
  return { right, kinds, fromMs: runsMs, deadlineMs: deadlineMs[nature] };
};
