// What else speaks against the callee of a slow or failing edge in the same ticks. Other callers' calls to it are other calls, and what it has at its
// disposal is no call at all: independent views of one trouble, whose nats add up (Fisher's method, Statistical Methods for Research Workers, 1925).
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { weighed } from './calls.ts';
import type { Stirring } from './openers.ts';
import { matters } from './opening.ts';
import { natsOne, tickNatsMax } from './rarity.ts';

/** Ticks that each view must have lasted: a pause of the machine they share is over by then. */
const TICKS_LEAST = 2;

const isView = ({ one: { meta }, shown, ticks }: Stirring): boolean =>
  meta.caller !== undefined &&
  (meta.class === 'latency' || meta.class === 'errors') &&
  shown >= natsOne &&
  ticks >= TICKS_LEAST;

/** How far the levels of what an entity has at its disposal (gauges of business) have fallen, as long as the calls to it suffer and not for long before. */
const fallen = (watch: Watch, entity: string, ticks: number): number => {
  const rule = watch.opens.get('business');
  if (rule === undefined) return 0;
  const worth = (one: Series): number => {
    const { meta } = one;
    if (meta.class !== 'business' || meta.kind !== 'gauge' || meta.caller !== undefined || meta.bad === 'up') return 0;
    const { expected } = watch.expected(one);
    const said = weighed(watch, one, (value) => matters(value, expected, 'down', rule, meta.unit), rule);
    return said.ticks >= TICKS_LEAST && said.ticks <= ticks + TICKS_LEAST && said.nats >= natsOne ? said.nats : 0;
  };
  return watch.places.of(entity).reduce((most, one) => Math.max(most, worth(one)), 0);
};

/** Nats that others add to what an edge's figure shows; together no more than one tick may count. */
export const agreement = (watch: Watch, stirring: readonly Stirring[]): ((about: Stirring) => number) => {
  const views = new Map<string, Map<string, number>>();
  for (const view of stirring) {
    if (!isView(view)) continue;
    const { entity, caller = '' } = view.one.meta;
    const of = views.get(entity) ?? new Map<string, number>();
    of.set(caller, Math.max(of.get(caller) ?? 0, view.shown));
    views.set(entity, of);
  }
  const levels = new Map<string, number>();
  return (about) => {
    if (!isView(about)) return 0;
    const { entity, caller = '' } = about.one.meta;
    let nats = 0;
    for (const [other, shown] of views.get(entity) ?? []) if (other !== caller) nats += shown;
    const level = levels.get(entity) ?? fallen(watch, entity, about.ticks);
    levels.set(entity, level);
    return Math.min(tickNatsMax, nats + level);
  };
};
