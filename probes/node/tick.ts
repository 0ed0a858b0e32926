// When the next tick is due: whole seconds, each once, through timers that fire early and clocks that are set.
import { limits } from '@fenghuo/rules/contract';

/** A wall clock set back by less than this is waited for; by more, the ticks follow it. */
const SET_BACK_MS_MAX = 5_000;

/**
 * The next tick (epoch ms, a whole multiple of the tick) after `nowMs`, never one that was: two frames of one second
 * would be two values of one moment.
 * @param lastMs the tick before, undefined for the first.
 */
export const nextTick = (nowMs: number, lastMs: number | undefined): number => {
  const next = (Math.floor(nowMs / limits.tickMs) + 1) * limits.tickMs;
  const setBack = lastMs === undefined ? 0 : lastMs - nowMs;
  return lastMs !== undefined && next <= lastMs && setBack < SET_BACK_MS_MAX ? lastMs + limits.tickMs : next;
};
