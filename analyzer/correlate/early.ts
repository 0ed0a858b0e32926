// What an early look may open. The cause is ranked by the whole ticks before it, which must know enough by then: a trouble half a tick old has not yet shown
// who is gone, whether what was sent has arrived, or what a release asks for.
import { beyondUsual, haveArrived } from '../arrived.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { crowded } from './opening.ts';
import { noChanceNats, waitingNats } from './rarity.ts';

/** Whole ticks that must have shown something of the trouble. */
const SIGNS_MIN = 2;

const isUnderWay = ({ meta }: Series): boolean =>
  meta.caller === undefined && meta.class === 'saturation' && meta.unit === '{request}';

/** Whether calls have reached whom they were sent to. Of a callee that tells nothing itself nobody will ever know, and it answers for its network too. */
const haveReached = (watch: Watch, { meta, calls }: Series): boolean => {
  if (watch.probes.of(meta.entity).length === 0) return true;
  const { bank, groups, places } = watch;
  const waiting = groups.waiting.get(calls);
  if (waiting === undefined) return false;
  const over = beyondUsual(waiting.last, bank.baseline(waiting.index));
  return places.of(meta.entity).some((one) => isUnderWay(one) && haveArrived(one.last, bank.baseline(one.index), over));
};

/**
 * Whether, so many samples back, a call of the edge waited for longer than the slowest lately took, or more waited together than is chance, without a crowd
 * that ended beside them.
 */
const waitedAt = ({ bank, groups }: Watch, { calls }: Series, back: number): boolean => {
  const [overdue, waiting, counts] = [groups.overdue.get(calls), groups.waiting.get(calls), groups.counts.get(calls)];
  if (overdue !== undefined && bank.last(overdue.index, back) >= 1) return true;
  if (waiting === undefined || counts === undefined) return false;
  if (bank.last(counts.index, back) >= crowded * Math.max(1, bank.baseline(counts.index).location)) return false;
  // The middle, not the mean: that of an edge that has been in trouble before is of those calls.
  const { location, scale } = bank.baseline(waiting.index);
  return waitingNats(bank.last(waiting.index, back), location, scale) >= noChanceNats;
};

/**
 * Whether what an early look shows of `one` may open an incident.
 * @param ticks whole ticks before it in which it was in trouble  @param ended those of them in which calls ended late or failed
 */
export const mayOpenEarly = (watch: Watch, one: Series, ticks: number, ended: number): boolean => {
  // The look itself is the last sample; calls that began to wait just before a tick are what it shows of a trouble first.
  const signs = ticks + (waitedAt(watch, one, ticks + 2) ? 1 : 0);
  return signs >= SIGNS_MIN && (ended > 0 || haveReached(watch, one));
};
