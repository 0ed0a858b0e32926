// What kind of trouble a suspect is in: its own figures first, as far as they confess; only then what its callers see.
import type { FaultKind } from '@fenghuo/rules/contract';
import type { Scored } from './edges.ts';
import { best, isUnderWay, type Signs } from './signs.ts';
import { isStopped } from './starved.ts';
import { GROWN, isSwelling, MEMORY } from './swelling.ts';

/** A figure of its own that left its band for good: from here on it is a confession, however loud the callers are. */
const CONFESSED = 1;
/** Collections burn the processor and block the loop, a blocked loop is busy: the effect may be so much louder than what it comes from. */
const LOUDER = 2;

const isSlight = ({ series: { meta, baseline }, strength }: Scored): boolean =>
  meta.unit === 'By' && strength.seen < GROWN * (strength.expected ?? baseline.location);

/** Of what half is left there is no shortage, however much more of it is used than ever. */
const HALF: Readonly<Record<string, number>> = { '1': 0.5, '%': 50 };
const isPlenty = ({ series: { meta }, strength }: Scored): boolean =>
  meta.class === 'saturation' && meta.bad !== 'down' && strength.seen < (HALF[meta.unit] ?? Number.NEGATIVE_INFINITY);

/** Families of own figures by their words, each before those that it brings about. */
const families: readonly (readonly [FaultKind, RegExp])[] = [
  ['memory', MEMORY],
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
  const telling = own.filter(
    (s) => s.strength.strength >= CONFESSED && familyOf(s.series) !== undefined && !isPlenty(s),
  );
  const loudest = best(telling);
  const loud = telling.filter(
    (s) => s.strength.strength * (isSlight(s) && familyOf(s.series) === 'memory' ? 1 : LOUDER) >= loudest,
  );
  const kinds = new Set(loud.map((s) => familyOf(s.series)));
  return [...families.map(([kind]) => kind), 'saturation' as const].find((kind) => kinds.has(kind));
};

const isAge = ({ series }: Scored): boolean => /(^|\.|_)age$/.test(series.meta.metric);
const isBody = ({ series: { meta } }: Scored): boolean => meta.stat === undefined || meta.stat === 'p50';

/** So many times the usual extreme of a tick is a call that waited for something other than its turn. */
const WAITED = 3;
const isExtreme = ({ series: { meta } }: Scored): boolean => meta.stat === 'max' || meta.stat === 'p99';

/** Whether the calls that failed had waited before: in most ticks with failures of calls to `entity` the slowest of the same caller's calls took far too long. */
const areGivenUp = (errors: readonly Scored[], lateness: readonly Scored[]): boolean => {
  let [failed, waited] = [0, 0];
  for (const { series, strength } of errors) {
    const extreme = lateness.find((one) => isExtreme(one) && one.series.meta.caller === series.meta.caller)?.series;
    if (extreme === undefined || strength.strength === 0) continue;
    const slow = new Map([...extreme.timesMs].map((timeMs, i) => [timeMs, extreme.values[i]!]));
    for (let i = 0; i < series.values.length; i++) {
      const slowest = slow.get(series.timesMs[i]!);
      if (series.timesMs[i]! < strength.onsetMs || slowest === undefined || !(series.values[i]! > 0)) continue;
      failed++;
      if (slowest >= WAITED * extreme.baseline.location) waited++;
    }
  }
  return failed > 0 && 2 * waited > failed;
};

/** Kind of the fault as the signs of `entity` show it. */
export const kindOf = (entity: string, signs: Signs): FaultKind => {
  if (signs.silent) return 'silence';
  const own = confessed(signs.own);
  // Collections burn the processor and block the loop.
  if ((own === 'cpu' || own === 'eventloop') && [...signs.own, ...signs.calm].some(({ series }) => isSwelling(series)))
    return 'memory';
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
  const isBodyCalm = bodies.length > 0 && best(bodies) === 0;
  if (isBodyCalm && (best(lateness.filter(isAge)) > 0 || areGivenUp(of('errors'), lateness))) return 'hang';
  // A timeout shows as both: calls that take long and then fail are late first.
  return latency >= 0.6 * errors ? 'latency' : 'errors';
};
