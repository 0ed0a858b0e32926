// Which tick a frame is of: as its probe says, unless the clock of its host is ahead of the others'.
import { limits } from '@fenghuo/rules/contract';
import { aliveMs, type Probe } from './probes.ts';

/** Ahead of most others by so much is a wrong clock. */
const aheadMs = 2 * limits.tickMs;

/**
 * Start of the tick, epoch ms. Where its clock is ahead of most others' by two ticks or more, a frame is of when it came: counts of others are of other
 * seconds else. A recording that is played faster than it was made is ahead as a whole, and means what it says.
 * @param probes who else reports, by their last frames  @param timeMs when the probe `hash` says it read the frame, which came at `atMs`, both epoch ms
 */
export const tickOf = (probes: Iterable<Probe>, hash: string, timeMs: number, atMs: number): number => {
  const ms = timeMs - atMs >= aheadMs && isAlone(probes, hash, timeMs - atMs, atMs) ? atMs : timeMs;
  return Math.floor(ms / limits.tickMs) * limits.tickMs;
};

const isAlone = (probes: Iterable<Probe>, hash: string, ahead: number, atMs: number): boolean => {
  let [others, behind] = [0, 0];
  for (const one of probes) {
    if (one.hash === hash || one.tickMs < 0 || atMs - one.seenMs > aliveMs) continue;
    others++;
    if (ahead - (one.tickMs - one.seenMs) >= aheadMs) behind++;
  }
  return 2 * behind > others;
};
