// Who is kept from running in tick after tick while its callers wait for it now and then: of few calls a second most miss the moments in which it stands still.
import { limits } from '@fenghuo/rules/contract';
import type { Engine } from '../engine.ts';
import type { Series } from '../series.ts';
import { confessed } from './confessed.ts';
import type { Opener } from './openers.ts';
import { bodyTicks } from './opening.ts';
import { planned } from './planned.ts';
import { natsNeeded, natsOne, natsPlain } from './rarity.ts';
import { told } from './slow.ts';

/** Ticks before the present in which a caller's call may have met such a moment. */
const metTicks = 2;

/** Whether a caller's figure was beyond its band in the present tick or one of those. */
const hasWaited = ({ watch }: Engine, { index }: Series): boolean => {
  const { high } = watch.bank.expected(index);
  return watch.bank
    .values(index)
    .slice(-1 - metTicks)
    .some((value) => value > high);
};

/** @param one calls that were slow within the last ticks */
const opener = (engine: Engine, one: Series, needed: number): Opener | undefined => {
  const { watch, tickMs } = engine;
  if (!hasWaited(engine, one)) return undefined;
  const { by, nats, ticks } = confessed(watch, one, natsOne, tickMs);
  if (by === undefined || nats < needed || ticks < bodyTicks || planned(engine, one) || planned(engine, by))
    return undefined;
  const anomaly = watch.anomaly(by.index) ?? told(watch, by, ticks);
  return {
    one: by,
    anomaly,
    ticks,
    isRare: true,
    isPlain: nats >= natsPlain(needed, false),
    isUnserved: false,
    demand: 1,
  };
};

/** Figures of those who kept their callers waiting within the last ticks and stand still beyond doubt, each once. */
export const held = (engine: Engine): Opener[] => {
  const { watch, tickMs } = engine;
  const needed = natsNeeded(watch.groups.places.size);
  const found = new Map<Series, Opener>();
  for (const index of watch.slow.since(tickMs - metTicks * limits.tickMs)) {
    const one = watch.series.get(index);
    const is = one === undefined || !watch.groups.isOfCalls(one) ? undefined : opener(engine, one, needed);
    if (is !== undefined) found.set(is.one, is);
  }
  return [...found.values()];
};
