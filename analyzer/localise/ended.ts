// Late or never: where most calls of a tick were answered, though long after their time, whoever answers them does not hang.
import type { Evidence } from '../types.ts';
import { callKeyOf, countsOf, eachTick, isFailures } from './shares.ts';

/** So many times what it usually takes is late, whatever else is the matter. */
const LATE = 3;

/**
 * Whether calls to `entity` ended late without being given up: in a tick since the onset the median of a caller's calls was late though fewer than half
 * of them failed. Callers whose patience is shorter than the answer takes give up on one that another waits for, such as a check.
 */
export const endedLate = ({ series, onsetMs }: Evidence, entity: string): boolean => {
  const about = series.filter(({ meta }) => meta.entity === entity && meta.caller !== undefined);
  const counts = countsOf(about);
  return about.some((body) => {
    const calls = body.meta.class === 'latency' && body.meta.stat === 'p50' ? counts(body) : undefined;
    if (calls === undefined) return false;
    const failed = new Map<number, number>();
    for (const one of about)
      if (isFailures(one) && callKeyOf(one) === callKeyOf(body))
        one.timesMs.forEach((timeMs, i) => {
          failed.set(timeMs, (failed.get(timeMs) ?? 0) + (one.values[i]! || 0));
        });
    let isLate = false;
    eachTick(body, calls, onsetMs, (i, n) => {
      isLate ||= 2 * (failed.get(body.timesMs[i]!) ?? 0) < n && body.values[i]! >= LATE * body.baseline.location;
    });
    return isLate;
  });
};
