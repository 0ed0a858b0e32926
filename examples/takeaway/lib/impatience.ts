// Who failed a moment ago and comes again at once: how long they are asked to wait.

/** Whoever failed so lately waits until then. */
const WAIT_MS = 3_000;
/** Failures remembered; the oldest are forgotten first. */
const REMEMBERED_MAX = 10_000;

export const impatience = (now: () => number) => {
  const failures = new Map<string, number>();
  return {
    failed: (same: string): void => {
      failures.delete(same);
      failures.set(same, now());
      if (failures.size > REMEMBERED_MAX) failures.delete(failures.keys().next().value ?? '');
    },
    /** Whole seconds to wait, 0 where there is no reason to. */
    waitS: (same: string): number => {
      const leftMs = (failures.get(same) ?? Number.NEGATIVE_INFINITY) + WAIT_MS - now();
      return leftMs <= 0 ? 0 : Math.ceil(leftMs / 1_000);
    },
  };
};
