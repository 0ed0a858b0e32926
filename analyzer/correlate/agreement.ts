// What else speaks against the callee of a slow or failing edge in the same ticks. Other callers' calls to it are other calls, and what it has at its
// disposal is no call at all: independent views of one trouble, whose nats add up (Fisher's method, Statistical Methods for Research Workers, 1925).
import { matters } from '../matters.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { weighed } from './calls.ts';
import { queuedAt } from './confessed.ts';
import type { Stirring } from './openers.ts';
import { natsOne, tickNatsMax } from './rarity.ts';
import type { Weighed } from './weighed.ts';

/** Ticks that each view must have lasted: a pause of the machine they share is over by then. */
const TICKS_LEAST = 2;

const isView = ({ one: { meta }, shown, ticks }: Stirring): boolean =>
  meta.caller !== undefined &&
  (meta.class === 'latency' || meta.class === 'errors') &&
  shown >= natsOne &&
  ticks >= TICKS_LEAST;

/** Levels of what an entity has at its disposal (gauges of business) that have fallen: what each is worth, and for how long. */
const fallen = (watch: Watch, entity: string): readonly Weighed[] => {
  const rule = watch.opens.get('business');
  if (rule === undefined) return [];
  const worth = (one: Series): Weighed | undefined => {
    const { meta } = one;
    if (meta.class !== 'business' || meta.kind !== 'gauge' || meta.caller !== undefined || meta.bad === 'up')
      return undefined;
    const { expected } = watch.expected(one);
    const said = weighed(watch, one, (value) => matters(value, expected, 'down', rule, meta.unit), rule);
    return said.ticks >= TICKS_LEAST && said.nats >= natsOne ? said : undefined;
  };
  return watch.places.of(entity).flatMap((one) => worth(one) ?? []);
};

/** What waits at whoever owns a figure of business that has fallen: the figure counts what is done, the queue what is not. */
const undone = (watch: Watch, { one: { meta, lastMs }, ticks }: Stirring, tickMs: number): number => {
  if (meta.class !== 'business' || ticks < TICKS_LEAST || lastMs < tickMs) return 0;
  const said = queuedAt(watch, meta.entity, tickMs);
  return said.ticks >= TICKS_LEAST ? said.nats : 0;
};

/** Nats that others add to what a figure of an edge or of business shows; together no more than one tick may count. */
export const agreement = (
  watch: Watch,
  stirring: readonly Stirring[],
  tickMs: number,
): ((about: Stirring) => number) => {
  const views = new Map<string, Map<string, number>>();
  for (const view of stirring) {
    if (!isView(view)) continue;
    const { entity, caller = '' } = view.one.meta;
    const of = views.get(entity) ?? new Map<string, number>();
    of.set(caller, Math.max(of.get(caller) ?? 0, view.shown));
    views.set(entity, of);
  }
  const levels = new Map<string, readonly Weighed[]>();
  return (about) => {
    if (!isView(about)) return Math.min(tickNatsMax, undone(watch, about, tickMs));
    const { entity, caller = '' } = about.one.meta;
    let nats = 0;
    for (const [other, shown] of views.get(entity) ?? []) if (other !== caller) nats += shown;
    const of = levels.get(entity) ?? fallen(watch, entity);
    levels.set(entity, of);
    // As long as the calls to it suffer, and not for long before.
    const level = of.reduce(
      (most, said) => (said.ticks <= about.ticks + TICKS_LEAST ? Math.max(most, said.nats) : most),
      0,
    );
    return Math.min(tickNatsMax, nats + level);
  };
};
