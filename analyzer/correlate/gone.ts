// A service whose processes all fell silent while others tell of the tick: beside calls to it that fail, one more reason that they do not fail by chance.
import { limits } from '@fenghuo/rules/contract';
import type { Watch } from '../watch.ts';
import { tickNatsMax } from './rarity.ts';

/** A healthy process misses a tick that others tell of once in some hours: a pause, a frame that was lost on its way. */
const missedNats = Math.log(10_000);

/**
 * Tells for a service what the ticks before `tickMs` of which none of its processes told are worth, nats. The tick itself may still be on its way;
 * of whom nothing is ever told nothing follows.
 */
export const goneNats = ({ probes }: Watch, tickMs: number): ((service: string) => number) => {
  let told: Map<string, number> | undefined;
  const latest = (): Map<string, number> => {
    const all = new Map<string, number>();
    for (const { service, tickMs: at } of probes.values())
      if (service !== undefined && at >= 0) all.set(service, Math.max(all.get(service) ?? 0, at));
    return all;
  };
  return (service) => {
    told ??= latest();
    const missed = (tickMs - (told.get(service) ?? tickMs)) / limits.tickMs - 1;
    return Math.min(tickNatsMax, Math.max(0, missed) * missedNats);
  };
};
