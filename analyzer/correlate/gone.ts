// A service whose processes all fell silent while others tell of the tick: beside calls to it that fail, one more reason that they do not fail by chance.
import { limits } from '@fenghuo/rules/contract';
import type { Watch } from '../watch.ts';
import { tickNatsMax } from './rarity.ts';

/** A healthy process misses a tick that others tell of once in some hours: a pause, a frame that was lost on its way. */
const missedNats = Math.log(10_000);

/** The last tick that a service's processes told of, where none of them has told of the tick before `tickMs`; undefined where one has, and of whom nothing was ever told. */
export const lastTold = ({ probes }: Watch, service: string, tickMs: number): number | undefined => {
  let last = -1;
  for (const { tickMs: at } of probes.of(service)) {
    if (at >= tickMs - limits.tickMs) return undefined;
    last = Math.max(last, at);
  }
  return last < 0 ? undefined : last;
};

/** What the ticks before `tickMs` of which no process of the service told are worth, nats. The tick itself may still be on its way. */
export const goneNats = (watch: Watch, service: string, tickMs: number): number => {
  const missed = (tickMs - (lastTold(watch, service, tickMs) ?? tickMs)) / limits.tickMs - 1;
  return Math.min(tickNatsMax, Math.max(0, missed) * missedNats);
};
