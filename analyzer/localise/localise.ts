// Who began it: each entity's symptoms, less what its callees explain, plus what its own resources and silence confess.
// The idea of conditional residuals (CIRCA, Li et al., KDD 2022) on an entity level: a slow callee explains a slow caller, never the reverse.
import type { FaultKind } from '@fenghuo/rules/contract';
import type { Evidence, RankedSuspect, Ranking } from '../types.ts';
import { type Scored, shareOut } from './edges.ts';
import { pathOf } from './path.ts';
import { strengthOf } from './strength.ts';

type Because = RankedSuspect['because'][number];

/** What an entity shows: symptoms (latency, errors), confessions of its own (resources, saturation), silence. */
type Signs = {
  readonly symptoms: readonly Scored[];
  readonly own: readonly Scored[];
  readonly silent: boolean;
};

const best = (scored: readonly Scored[]): number => scored.reduce((most, s) => Math.max(most, s.strength.strength), 0);
/** What remains of a symptom that a callee explains in full. */
const UNEXPLAINED_MIN = 0.1;
/** What lateness says of errors: an alarm of errors is explained by errors before all. */
const LATE = 0.3;
/** Weight of a host's own resources while others show symptoms: what nobody suffers from is a neighbour's noise. */
const HOST_IDLE = 0.05;
/** However far a resource left its past: beyond this, or far beyond the symptoms beside it, it is louder, not guiltier. */
const OWN_MAX = 5;
/** A service takes over from an address that only its callers speak of when it is sick to this share of the address's own sickness. */
const TWIN = 0.4;
/** Where symptoms would show and do not, a resource must be extreme (some twenty deviations) before it accuses anybody: busy is no fault. Half of it where nobody would see. */
const ALONE_MIN = 3;

/**
 * Ranks (entity, metric) pairs, best first. Deterministic; ties fall to the earlier onset, then to the order of the evidence,
 * never to a name. An empty evidence gives an empty ranking with confidence 0.
 */
export const localise = (evidence: Evidence): Ranking => {
  const signs = signsOf(evidence);
  const callees = new Map<string, string[]>();
  const callers = new Map<string, string[]>();
  for (const { caller, callee } of evidence.edges) {
    if (caller === callee) continue;
    callees.set(caller, [...(callees.get(caller) ?? []), callee]);
    callers.set(callee, [...(callers.get(callee) ?? []), caller]);
  }
  const sick = (entity: string): number =>
    best(signs.get(entity)?.symptoms ?? []) + (signs.get(entity)?.silent === true ? 2 : 0);
  // An address of unknown kind that only its callers speak of, beside a sick service under the same caller: it may be that service's own,
  // as a load balancer's is. A third party that the topology or the traffic made known is none.
  const twinOf = (entity: string): string | undefined => {
    if (callees.has(entity) || evidence.kinds.has(entity) || (signs.get(entity)?.own.length ?? 0) > 0) return undefined;
    const beside = (callers.get(entity) ?? []).flatMap((caller) => callees.get(caller) ?? []);
    return beside.find(
      (name) =>
        name !== entity &&
        callees.has(name) &&
        !callees.get(name)!.includes(entity) &&
        sick(name) >= TWIN * sick(entity),
    );
  };
  const anySick = [...signs.keys()].some((entity) => sick(entity) > 0);
  const ranked: RankedSuspect[] = [];
  for (const [entity, of] of signs) {
    const because: Because[] = [];
    const symptom = best(of.symptoms);
    const below = (callees.get(entity) ?? []).reduce<{ name: string; sick: number }>(
      (most, name) => (sick(name) > most.sick ? { name, sick: sick(name) } : most),
      { name: '', sick: 0 },
    );
    const twin = twinOf(entity);
    if (twin !== undefined && sick(twin) > below.sick) Object.assign(below, { name: twin, sick: symptom });
    const explained = symptom === 0 ? 0 : Math.min(1, below.sick / symptom);
    if (explained > 0.3) because.push({ code: `explained_by`, about: below.name, weight: -symptom * explained });
    const suffering = (callers.get(entity) ?? []).filter((name) => sick(name) > 0).length;
    if (suffering > 0 && symptom > 0)
      because.push({ code: 'callers_suffer', about: String(suffering), weight: 0.3 * suffering });
    const own = Math.min(OWN_MAX, best(of.own));
    if (own > 0) because.push({ code: 'own_resources', weight: own * 0.5 });
    if (of.silent) because.push({ code: 'silent', weight: 1.5 });
    const score =
      symptom * Math.max(UNEXPLAINED_MIN, 1 - explained) +
      // A busy resource is a confession beside symptoms of its own, as far as no callee explains them: who waits fills queues and heaps.
      (symptom > 0 || of.silent
        ? Math.min(own, of.silent ? own : 2 * symptom + 1) * Math.max(UNEXPLAINED_MIN, 1 - explained)
        : (anySick && evidence.kinds.get(entity) === 'host' ? HOST_IDLE : 1) *
          Math.max(0, best(of.own) - (isSeen(of) ? ALONE_MIN : ALONE_MIN / 2))) +
      (of.silent ? 1.5 : 0) +
      (symptom > 0 ? 0.1 * Math.min(3, suffering) : 0);
    if (score <= 0) continue;
    const showing = [...of.symptoms, ...of.own]
      .filter((s) => s.strength.strength > 0)
      .sort((a, b) => b.strength.strength - a.strength.strength || a.strength.onsetMs - b.strength.onsetMs);
    const kind = kindOf(of);
    showing.forEach((one, place) => {
      const { meta, baseline } = one.series;
      ranked.push({
        entity,
        entityKind: evidence.kinds.get(entity) ?? 'service',
        metric: meta.metric,
        score: score * (place === 0 ? 1 : (0.5 * one.strength.strength) / showing[0]!.strength.strength),
        kind,
        seen: one.strength.seen,
        expected: baseline.location,
        unit: meta.unit,
        onsetMs: one.strength.onsetMs,
        ...(meta.caller === undefined ? {} : { caller: meta.caller }),
        because: [...because].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)),
        series: [one.series],
      });
    });
    if (showing.length === 0) ranked.push(silentSuspect(evidence, entity, score, because));
  }
  const order = new Map(ranked.map((suspect, i) => [suspect, i]));
  ranked.sort((a, b) => b.score - a.score || a.onsetMs - b.onsetMs || order.get(a)! - order.get(b)!);
  const suspects = firstOfEachPair(ranked);
  const first = suspects[0];
  const rival = suspects.find((s) => s.entity !== first?.entity);
  return {
    suspects,
    confidence: first === undefined ? 0 : first.score / (first.score + (rival?.score ?? 0) + 0.3),
    path:
      first === undefined
        ? []
        : pathOf(first.entity, callers, (entity) => signs.get(entity)?.symptoms.map((s) => s.strength) ?? []),
  };
};

/** Whether anything would show it if this entity answered late or wrongly. */
const isSeen = (signs: Signs): boolean => signs.symptoms.some((s) => s.strength.present > 0);

const signsOf = (evidence: Evidence): Map<string, Signs> => {
  const from = evidence.onsetMs - evidence.stepMs;
  const { alarm } = evidence;
  const isErrorAlarm =
    alarm !== undefined &&
    evidence.series.some(
      ({ meta }) => meta.class === 'errors' && meta.entity === alarm.entity && meta.metric === alarm.metric,
    );
  const signs = new Map<string, { symptoms: Scored[]; own: Scored[]; silences: number; told: number }>();
  const signOf = (entity: string) => {
    const of = signs.get(entity) ?? { symptoms: [], own: [], silences: 0, told: 0 };
    signs.set(entity, of);
    return of;
  };
  const symptoms: Record<'latency' | 'errors', Scored[]> = { latency: [], errors: [] };
  for (const series of evidence.series) {
    const { meta } = series;
    if (meta.class === 'business' || meta.class === 'traffic') continue;
    const of = signOf(meta.entity);
    const plain = strengthOf(series, from);
    const weight = isErrorAlarm && meta.class === 'latency' ? LATE : 1;
    const scored = { series, strength: { ...plain, strength: plain.strength * weight } };
    (meta.class === 'latency' || meta.class === 'errors' ? symptoms[meta.class] : of.own).push(scored);
    if (meta.caller === undefined) {
      of.told++;
      if (series.anomaly?.shape === 'silence') of.silences++;
    }
  }
  for (const of of [symptoms.errors, symptoms.latency]) {
    const { kept, callers } = shareOut(of);
    for (const one of kept) signOf(one.series.meta.entity).symptoms.push(one);
    for (const [caller, one] of callers) signs.get(caller)?.symptoms.push(one);
  }
  return new Map(
    [...signs].map(([entity, of]) => [
      entity,
      { symptoms: of.symptoms, own: of.own, silent: of.told > 0 && of.silences > of.told / 2 },
    ]),
  );
};

const kindOf = (signs: Signs): FaultKind => {
  const errors = best(signs.symptoms.filter((s) => s.series.meta.class === 'errors'));
  const latency = best(signs.symptoms.filter((s) => s.series.meta.class === 'latency'));
  if (signs.silent) return 'silence';
  const own = [...signs.own].sort((a, b) => b.strength.strength - a.strength.strength)[0];
  if (own !== undefined && own.strength.strength > 1 && own.strength.strength >= Math.max(errors, latency)) {
    if (/cpu/.test(own.series.meta.metric)) return 'cpu';
    if (/mem|heap|gc/.test(own.series.meta.metric)) return 'memory';
    if (/eventloop/.test(own.series.meta.metric)) return 'eventloop';
    return 'saturation';
  }
  if (latency === 0 && errors === 0) return 'unknown';
  // A timeout shows as both: calls that take long and then fail are late first.
  return latency >= 0.6 * errors ? 'latency' : 'errors';
};

const silentSuspect = (
  evidence: Evidence,
  entity: string,
  score: number,
  because: readonly Because[],
): RankedSuspect => {
  const series = evidence.series.find((s) => s.meta.entity === entity && s.anomaly?.shape === 'silence');
  return {
    entity,
    entityKind: evidence.kinds.get(entity) ?? 'service',
    metric: series?.meta.metric ?? 'telemetry',
    score,
    kind: 'silence',
    seen: Number.NaN,
    expected: series?.baseline.location ?? Number.NaN,
    unit: series?.meta.unit ?? '',
    onsetMs: series?.anomaly?.onsetMs ?? evidence.onsetMs,
    because,
    series: series === undefined ? [] : [series],
  };
};

const firstOfEachPair = (ranked: readonly RankedSuspect[]): RankedSuspect[] => {
  const told = new Set<string>();
  return ranked.filter(({ entity, metric }) => {
    const pair = `${entity}\u0000${metric}`;
    if (told.has(pair)) return false;
    told.add(pair);
    return true;
  });
};
