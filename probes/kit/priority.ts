// What tells that a machine has run out of processor must not wait for one itself.
import { setPriority } from 'node:os';

/** Before ordinary programs, as `nice` counts it: a quarter of a core beside three programs that got ahead by as much. */
export const AHEAD_NICE = -10;

/** Puts this process before ordinary ones. Returns why it could not: that takes root or CAP_SYS_NICE, and without it runs as everybody does. */
export const getAhead = (set: (nice: number) => void = setPriority): Error | undefined => {
  try {
    set(AHEAD_NICE);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};
