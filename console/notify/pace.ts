// How often a receiver may be told: below its own limit, so that it never shuts us out in the middle of an incident. Pure.
// A line that waits asks anew what is due when its turn comes: opening and cause, or opening and end, have become one page by then.
import type { Receiver } from './receivers.ts';

export type Pace = { readonly windowMs: number; readonly pagesMax: number };
const minute = (pagesMax: number): readonly Pace[] => [{ windowMs: 60_000, pagesMax }];
/** The makers' limits, less one in ten for other users of the same robot. */
const paces: Readonly<Partial<Record<Receiver['type'], readonly Pace[]>>> = {
  dingtalk: minute(18),
  wecom: minute(18),
  feishu: [...minute(90), { windowMs: 1_000, pagesMax: 4 }],
  slack: [...minute(54), { windowMs: 1_000, pagesMax: 1 }],
};

/** After how long a receiver may be told again, in ms, by when it was told lately (ascending); 0 for now. */
export const paceMs = (type: Receiver['type'], toldMs: readonly number[], nowMs: number): number =>
  Math.max(
    0,
    ...(paces[type] ?? []).map(({ windowMs, pagesMax }) => {
      const first = toldMs.at(-pagesMax);
      return first === undefined ? 0 : first + windowMs - nowMs;
    }),
  );
/** Those of `toldMs` that a limit can still ask for. */
export const PACE_MEMORY = 100;
