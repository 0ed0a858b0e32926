// A process that did not run saw its callees late by as much: the time that a call takes is told by whoever waits for it, pauses of its own included
// (coordinated omission turned round, Tene 2013). What such a pause accounts for is no evidence against a callee.
import type { Evidence, SeriesMeta } from '../types.ts';
import type { Scored } from './edges.ts';
import { toldFrom } from './past.ts';
import { secondsOf } from './seconds.ts';

/** Time for which an entity itself was kept from running, beyond what is usual, s: of its own saturation in units of time the longest. */
const pauseOf = (own: readonly Scored[]): number =>
  own.reduce((longest, { series: { meta }, strength }) => {
    if (meta.class !== 'saturation' || meta.caller !== undefined || strength.strength === 0) return longest;
    return Math.max(longest, secondsOf(strength.shift, meta.unit) ?? 0);
  }, 0);

/** From this share of its time on a loop that does one thing at a time keeps whatever else comes waiting. */
const HELD = 0.8;
const isLoopUse = ({ class: of, metric, caller, unit }: SeriesMeta): boolean =>
  of === 'saturation' && caller === undefined && unit === '1' && /event_?loop.*utili[sz]ation/.test(metric);

/** Time for which an entity's loop did nothing but what it was at, s: a loop that is blocked for a whole tick and more cannot tell its delay. */
const heldOf = (own: readonly Scored[], fromMs: number, stepMs: number): number =>
  own.reduce((longest, { series, strength }) => {
    if (strength.strength === 0 || !isLoopUse(series.meta)) return longest;
    const held = toldFrom(series, fromMs).filter((share) => share >= HELD);
    return Math.max(longest, held.reduce((sum, share) => sum + share, 0) * (stepMs / 1_000));
  }, 0);

/** A pause may be longer than it is told by so much, s: what tells a loop's delay looks every 20 ms. */
const LOOK_S = 0.02;

/** Latencies without those that are no longer than their callers were paused: those say nothing of the callee. */
export const lessPauses = (
  latencies: readonly Scored[],
  ownOf: (entity: string) => readonly Scored[] | undefined,
  { onsetMs, stepMs }: Pick<Evidence, 'onsetMs' | 'stepMs'>,
): Scored[] => {
  const pauses = new Map<string, number>();
  return latencies.map((one) => {
    const { meta } = one.series;
    const late = secondsOf(one.strength.shift, meta.unit);
    if (meta.caller === undefined || late === undefined || one.strength.strength === 0) return one;
    const own = ownOf(meta.caller) ?? [];
    const pause = pauses.get(meta.caller) ?? Math.max(pauseOf(own), heldOf(own, onsetMs - stepMs, stepMs));
    pauses.set(meta.caller, pause);
    return pause === 0 || late > pause + LOOK_S ? one : { ...one, strength: { ...one.strength, strength: 0 } };
  });
};
