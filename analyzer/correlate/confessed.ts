// Who keeps its callers waiting and was itself kept from running, far beyond its band: a loop that is blocked, collections that stop everything.
// Slow calls and their reason are one trouble, so neither is added to the other; but a reason that shows in each tick is evidence where few calls of each are hurt.
import { limits } from '@fenghuo/rules/contract';
import { isOfThings } from '../meta.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { figureNats, natsOne, tickNatsMax } from './rarity.ts';
import { nothing, type Weighed } from './weighed.ts';

/** Ticks by which a process that is blocked may be late with what it tells. */
const lateTicks = 1;

/** Beyond its band so much that anybody would notice: of seconds as with calls, of things that wait one more. */
const noticed = (unit: string): number => (unit === 's' ? 0.1 : 1);

const isOwn = ({ meta }: Series): boolean =>
  meta.class === 'saturation' && meta.caller === undefined && meta.ofHost !== true;
/** Seconds for which it was kept from running. */
const isKept = (one: Series): boolean => isOwn(one) && one.meta.unit === 's';
/** Things that wait for it. */
const isQueued = (one: Series): boolean => isOwn(one) && isOfThings(one.meta.unit);

/** Ticks back from its last sample in which a figure was beyond its band, and what they are worth together. */
const beyondBand = ({ bank }: Watch, { index, lastMs, meta }: Series, tickMs: number): Weighed => {
  if (lastMs < tickMs - lateTicks * limits.tickMs) return nothing;
  const { high } = bank.expected(index);
  const values = bank.values(index);
  let [nats, ticks] = [0, 0];
  for (let i = values.length - 1; i >= 0 && values[i]! >= high + noticed(meta.unit); i--, ticks++)
    nats += Math.min(tickNatsMax, figureNats(values[i]!, high));
  return { nats, ticks };
};

/** Ticks that are judged by those before them. */
const judgedTicks = 3;

/**
 * Ticks back from its last sample in which more of what waits came than ever does in a tick, and what they are worth together. A band that has seen a
 * queue stand for minutes is wide; what comes while nobody takes it is more than usual at once.
 */
const growing = ({ bank }: Watch, { index, lastMs, meta }: Series, tickMs: number): Weighed => {
  if (lastMs < tickMs - lateTicks * limits.tickMs) return nothing;
  const values = bank.values(index);
  const growth = values.slice(1).map((value, i) => value - values[i]!);
  const past = growth.slice(0, -judgedTicks).filter((by) => !Number.isNaN(by));
  if (past.length < growth.length / 2) return nothing;
  const most = Math.max(0, ...past);
  let [nats, ticks] = [0, 0];
  for (let i = growth.length - 1; i >= 0 && growth[i]! >= most + noticed(meta.unit); i--, ticks++)
    nats += Math.min(tickNatsMax, figureNats(growth[i]!, Math.max(most, noticed(meta.unit))));
  return { nats, ticks };
};

/** What is worth most of an entity's own figures, and which it is. */
type Confession = Weighed & { readonly by?: Series };
const strongest = (
  watch: Watch,
  entity: string,
  tickMs: number,
  is: (one: Series) => boolean,
  worth = beyondBand,
): Confession => {
  let best: Confession = nothing;
  for (const one of watch.places.of(entity)) {
    if (!is(one)) continue;
    const said = worth(watch, one, tickMs);
    if (said.nats > best.nats) best = { ...said, by: one };
  }
  return best;
};

/**
 * What the saturation of `one`'s callee says while `one`, a figure of calls to it that suffer by `suffers` nats, does. Nothing where the caller, or another of
 * its callees, shows the same: then the machine they share is busy.
 */
export const confessed = (watch: Watch, { meta }: Series, suffers: number, tickMs: number): Confession => {
  const { caller, entity } = meta;
  if (caller === undefined || meta.class !== 'latency' || suffers < natsOne) return nothing;
  const said = strongest(watch, entity, tickMs, isKept);
  if (said.ticks === 0) return nothing;
  const isSame = (one: Series): boolean => isKept(one) && one.meta.metric === said.by?.meta.metric;
  const around = new Set([caller, ...watch.places.by(caller).map((one) => one.meta.entity)]);
  around.delete(entity);
  const isShared = [...around].some((other) => strongest(watch, other, tickMs, isSame).nats > said.nats / 2);
  return isShared ? nothing : said;
};

/** What waits for an entity, message by message in a queue that it takes from say: tick by tick, beyond its band or more in each than ever comes in one. */
export const queuedAt = (watch: Watch, entity: string, tickMs: number): Weighed => {
  const stands = strongest(watch, entity, tickMs, isQueued);
  const grows = strongest(watch, entity, tickMs, isQueued, growing);
  return grows.ticks > stands.ticks ? grows : stands;
};
