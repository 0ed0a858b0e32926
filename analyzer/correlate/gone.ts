// A service whose processes all fell silent while others tell of the tick: beside calls to it that fail, one more reason that they do not fail by chance.
import { limits } from '@fenghuo/rules/contract';
import type { Watch } from '../watch.ts';
import { tickNatsMax } from './rarity.ts';

/** A healthy process misses a tick that others tell of once in some hours: a pause, a frame that was lost on its way. */
const missedNats = Math.log(10_000);

/** Services of which no process has told of the tick before `tickMs`, each with the last tick that one told of; of whom nothing was ever told nothing follows. */
export const lastTold = ({ probes }: Watch, tickMs: number): ReadonlyMap<string, number> => {
  const isGone = (at: number): boolean => at < tickMs - limits.tickMs;
  const told = new Map<string, number>();
  for (const { service, tickMs: at } of probes.values())
    if (service !== undefined && at >= 0 && isGone(at)) told.set(service, Math.max(told.get(service) ?? 0, at));
  // Few are: whether another of their processes is there is asked of those alone.
  if (told.size > 0)
    for (const { service, tickMs: at } of probes.values())
      if (service !== undefined && !isGone(at)) told.delete(service);
  return told;
};

/** Tells for a service what the ticks before `tickMs` of which none of its processes told are worth, nats. The tick itself may still be on its way. */
export const goneNats = (watch: Watch, tickMs: number): ((service: string) => number) => {
  let told: ReadonlyMap<string, number> | undefined;
  return (service) => {
    told ??= lastTold(watch, tickMs);
    const missed = (tickMs - (told.get(service) ?? tickMs)) / limits.tickMs - 1;
    return Math.min(tickNatsMax, Math.max(0, missed) * missedNats);
  };
};
