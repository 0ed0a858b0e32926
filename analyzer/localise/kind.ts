// What kind of trouble a suspect is in: its own figures first, as far as they confess; only then what its callers see.
import type { FaultKind } from '@fenghuo/rules/contract';
import type { Scored } from './edges.ts';
import { best, isUnderWay, type Signs } from './signs.ts';
import { isStopped } from './starved.ts';

/** A figure of its own that left its band for good: from here on it is a confession, however loud the callers are. */
const CONFESSED = 1;
/** Collections burn the processor and block the loop, a blocked loop is busy: the effect may be so much louder than what it comes from. */
const LOUDER = 2;

/** A memory that grew by less than half is no shortage: whoever works more holds more, and a loud effect of it is not its own. */
const GROWN = 1.5;
const isSlight = ({ series: { meta, baseline }, strength }: Scored): boolean =>
  meta.unit === 'By' && strength.seen < GROWN * (strength.expected ?? baseline.location);

/** Families of own figures by their words, each before those that it brings about. */
const families: readonly (readonly [FaultKind, RegExp])[] = [
  ['memory', /mem|heap|gc/],
  ['eventloop', /eventloop|event_loop/],
  ['cpu', /cpu|sched/],
  ['disk', /disk|filesystem|blkio|io[._-]?(time|wait|read|write)|fs_/],
  ['network', /network|socket|tcp|packet/],
];
const familyOf = ({ meta }: Scored['series']): FaultKind | undefined =>
  families.find(([, words]) => words.test(meta.metric))?.[0] ??
  (meta.class === 'saturation' && !isUnderWay(meta) ? 'saturation' : undefined);

/** The family that confesses: the first whose figures are not far quieter than the loudest's. */
const confessed = (own: readonly Scored[]): FaultKind | undefined => {
  const telling = own.filter((s) => s.strength.strength >= CONFESSED && familyOf(s.series) !== undefined);
  const loudest = best(telling);
  const loud = telling.filter(
    (s) => s.strength.strength * (isSlight(s) && familyOf(s.series) === 'memory' ? 1 : LOUDER) >= loudest,
  );
  const kinds = new Set(loud.map((s) => familyOf(s.series)));
  return [...families.map(([kind]) => kind), 'saturation' as const].find((kind) => kinds.has(kind));
};

const isAge = ({ series }: Scored): boolean => /(^|\.|_)age$/.test(series.meta.metric);
const isBody = ({ series: { meta } }: Scored): boolean => meta.stat === undefined || meta.stat === 'p50';

/** Kind of the fault as the signs of `entity` show it. */
export const kindOf = (entity: string, signs: Signs): FaultKind => {
  if (signs.silent) return 'silence';
  const own = confessed(signs.own);
  if (own !== undefined) return own;
  const of = (name: string): Scored[] => signs.symptoms.filter((s) => s.series.meta.class === name);
  const errors = best(of('errors'));
  const lateness = of('latency');
  const latency = best(lateness);
  // Symptoms of a queue: what waits in it.
  if (best(of('saturation')) > Math.max(latency, errors)) return 'saturation';
  if (best(signs.symptoms.filter((s) => isStopped(s, entity))) > Math.max(latency, errors)) return 'hang';
  if (latency === 0 && errors === 0) return 'unknown';
  // A figure of calls to another that accuses the caller: alone among the callers it waits, for a connection rather than for the callee.
  if (best(lateness.filter((s) => s.series.meta.entity !== entity)) * LOUDER >= Math.max(latency, errors))
    return 'saturation';
  // Who answers with errors did answer.
  if (best(of('errors').filter((s) => s.series.meta.caller === undefined)) > 0) return 'errors';
  // Most calls end as ever, some do not end.
  const calm = signs.calm.filter(({ series: { meta } }) => meta.class === 'latency');
  const bodies = [...lateness, ...calm].filter((s) => !isAge(s) && isBody(s) && s.strength.present > 0);
  if (bodies.length > 0 && best(bodies) === 0 && best(lateness.filter(isAge)) > 0) return 'hang';
  // A timeout shows as both: calls that take long and then fail are late first.
  return latency >= 0.6 * errors ? 'latency' : 'errors';
};
