// Who began it: each entity's symptoms, less what its callees explain, plus what its own resources and silence confess.
// The idea of conditional residuals (CIRCA, Li et al., KDD 2022) on an entity level: a slow callee explains a slow caller, never the reverse.
import { put } from '../lists.ts';
import type { Evidence, RankedSuspect, Ranking } from '../types.ts';
import { marginOf } from './confidence.ts';
import type { Scored, WaitsFor } from './edges.ts';
import { kindOf } from './kind.ts';
import { isEnded } from './link.ts';
import { isOwnShare, MOST, passedOn } from './passed-on.ts';
import { pathOf } from './path.ts';
import { defaults, type Settings } from './settings.ts';
import { best, isSeen, isSymptom, type Signs, signsOf } from './signs.ts';
import { isStopped } from './starved.ts';
import { timeSpent } from './time-spent.ts';

type Because = RankedSuspect['because'][number];

/** What silence counts for an entity beside its symptoms, and among its callers'. */
const SILENT = 1.5;
const SILENT_SICK = 2;
/** What each suffering caller adds, up to three. */
const CALLER = 0.1;
/** What remains of whoever is in trouble beside the alarm: none of those who raised it waits for it. */
const UNFELT = 0.25;
/** A callee that explains so much of a symptom is told as the reason. */
const EXPLAINED_TOLD = 0.3;

/**
 * Ranks (entity, metric) pairs, best first. Deterministic; ties fall to the earlier onset, then to the order of the evidence,
 * never to a name. An empty evidence gives an empty ranking with a margin of 0.
 */
export const localise = (evidence: Evidence, settings: Settings = defaults): Ranking => {
  const callees = new Map<string, string[]>();
  const callers = new Map<string, string[]>();
  for (const { caller, callee } of evidence.edges) {
    if (caller === callee) continue;
    put(callees, caller, callee);
    put(callers, callee, caller);
  }
  const waitsFor = reach(callees);
  const signs = signsOf(evidence, callers, waitsFor, settings);
  const sickness = new Map(
    [...signs].map(([entity, of]) => [entity, best(of.symptoms) + (of.silent ? SILENT_SICK : 0)]),
  );
  const sick = (entity: string): number => sickness.get(entity) ?? 0;
  const fromMs = evidence.onsetMs - evidence.stepMs;
  const passes = passedOn(
    evidence.series,
    // What accuses the caller of an edge stands with the caller.
    [...signs].flatMap(([entity, { symptoms }]) => symptoms.filter(({ series }) => series.meta.entity === entity)),
    fromMs,
    settings,
  );
  const spentOn = timeSpent(evidence.series, fromMs);
  // An address of unknown kind that only its callers speak of, beside a sick service under the same caller: it may be that service's own,
  // as a load balancer's is. A third party that the topology or the traffic made known is none.
  const twinOf = (entity: string): string | undefined => {
    const of = signs.get(entity);
    if (!settings.twins || of === undefined || callees.has(entity) || evidence.kinds.has(entity)) return undefined;
    if (of.own.length > 0 || of.calm.some((one) => !isSymptom(one))) return undefined;
    const strongest = loudest(of.symptoms);
    const { class: way } = strongest.series.meta;
    const isSickAlike = (name: string): boolean =>
      best((signs.get(name)?.symptoms ?? []).filter((s) => s.series.meta.class === way)) > settings.noise;
    const isAsMany = (name: string): boolean => isOwnShare(strongest.series) && passes(entity, name, strongest) >= MOST;
    const isTwin = (name: string): boolean =>
      name !== entity && callees.has(name) && (isSickAlike(name) || isAsMany(name)) && !waitsFor(name, entity);
    return (callers.get(entity) ?? []).flatMap((caller) => callees.get(caller) ?? []).find(isTwin);
  };
  const stoppedOf = (queue: string): string | undefined =>
    (callees.get(queue) ?? []).find((name) => signs.get(name)?.symptoms.some((one) => isStopped(one, name)));
  const anySick = [...sickness.values()].some((one) => one > 0);
  // Who has handed a message over waits for nobody.
  const waitsInPerson = reach(callees, (entity) => evidence.kinds.get(entity) === 'queue');
  /** Whether none of the calls that raised the alarm waits for `entity`. */
  const isUnfelt = (entity: string): boolean =>
    evidence.felt !== undefined &&
    evidence.felt.size > 0 &&
    evidence.feltBy?.has(entity) !== true &&
    evidence.kinds.get(entity) !== 'host' &&
    evidence.edges.length > 0 &&
    ![...evidence.felt].some((one) => one === entity || waitsInPerson(one, entity));
  const ranked: RankedSuspect[] = [];
  for (const [entity, of] of signs) {
    const symptom = best(of.symptoms);
    const below = (callees.get(entity) ?? []).reduce<{ name: string; sick: number }>(
      (most, name) => (sick(name) > most.sick ? { name, sick: sick(name) } : most),
      { name: '', sick: 0 },
    );
    const twin = symptom === 0 ? undefined : twinOf(entity);
    if (twin !== undefined && sick(twin) > below.sick)
      Object.assign(below, { name: twin, sick: symptom + settings.noise });
    // What comes and is not taken waits, all of it.
    const stopped = evidence.kinds.get(entity) === 'queue' ? stoppedOf(entity) : undefined;
    if (stopped !== undefined) Object.assign(below, { name: stopped, sick: symptom + settings.noise });
    const strongest = symptom === 0 ? undefined : loudest(of.symptoms);
    // A callee may be the quieter one beside its own past and account for all that its caller shows.
    let explained = symptom === 0 ? 0 : Math.max(0, Math.min(1, (below.sick - settings.noise) / symptom));
    for (const name of strongest === undefined ? [] : (callees.get(entity) ?? [])) {
      // Calls that are counted speak for themselves, however quiet their share is.
      const least = isOwnShare(strongest!.series) ? 0 : settings.noise;
      const isLate = isLatency(strongest!) && sick(name) > 0;
      const part = Math.max(
        sick(name) > least ? passes(entity, name, strongest!) : 0,
        isLate ? spentOn(entity, name) : 0,
      );
      if (part > explained) [explained, below.name] = [part, name];
    }
    const suffering = (callers.get(entity) ?? []).filter((name) => sick(name) > 0).length;
    const own = Math.min(settings.ownMost, best(of.own));
    const because: Because[] = [];
    if (explained > EXPLAINED_TOLD)
      because.push({ code: `explained_by`, about: below.name, weight: -symptom * explained });
    if (suffering > 0 && symptom > 0)
      because.push({ code: 'callers_suffer', about: String(suffering), weight: 0.3 * suffering });
    if (own > 0) because.push({ code: 'own_resources', weight: own * 0.5 });
    if (of.silent) because.push({ code: 'silent', weight: SILENT });
    const unexplained = Math.max(settings.unexplainedLeast, 1 - explained);
    const whole =
      symptom * unexplained +
      // A busy resource is a confession beside symptoms of its own, as far as no callee explains them: who waits fills queues and heaps.
      (symptom > 0 || of.silent
        ? Math.min(own, of.silent ? own : 2 * symptom) * unexplained
        : alone(of, settings) * (anySick && evidence.kinds.get(entity) === 'host' ? settings.hostIdle : 1)) +
      (of.silent ? SILENT : 0) +
      (symptom > 0 ? CALLER * Math.min(3, suffering) : 0);
    const score = whole * (isUnfelt(entity) ? UNFELT : 1);
    if (score <= 0) continue;
    const showing = [...of.symptoms, ...of.own]
      .filter((s) => s.strength.strength > 0)
      .sort((a, b) => b.strength.strength - a.strength.strength || a.strength.onsetMs - b.strength.onsetMs);
    const kind = kindOf(entity, of);
    showing.forEach((one, place) => {
      const { meta, baseline } = one.series;
      ranked.push({
        entity,
        entityKind: evidence.kinds.get(entity) ?? 'service',
        metric: meta.metric,
        score: score * (place === 0 ? 1 : (0.5 * one.strength.strength) / showing[0]!.strength.strength),
        kind,
        seen: one.strength.seen,
        expected: one.strength.expected ?? baseline.location,
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
    margin: first === undefined ? 0 : marginOf(first.score, rival?.score ?? 0),
    path:
      first === undefined
        ? []
        : pathOf(first.entity, callers, (entity) => symptomsOf(signs.get(entity)).map((s) => s.strength)),
  };
};

const symptomsOf = (of: Signs | undefined): readonly Scored[] =>
  of === undefined ? [] : [...of.symptoms, ...of.calm.filter(isSymptom)];

/** Whether `entity` calls `callee`, directly or through others: then it is the callee's victim. */
const reach = (
  callees: ReadonlyMap<string, readonly string[]>,
  endsAt = (_entity: string): boolean => false,
): WaitsFor => {
  const known = new Map<string, ReadonlySet<string>>();
  const from = (entity: string): ReadonlySet<string> => {
    const reached = new Set([entity]);
    for (const at of reached)
      if (at === entity || !endsAt(at)) for (const next of callees.get(at) ?? []) reached.add(next);
    known.set(entity, reached);
    return reached;
  };
  return (entity, callee) => (known.get(entity) ?? from(entity)).has(callee);
};

/** Of symptoms of which there is one at least. */
const loudest = (symptoms: Signs['symptoms']): Signs['symptoms'][number] =>
  symptoms.reduce((most, one) => (one.strength.strength > most.strength.strength ? one : most));

/** Busy is no fault: where symptoms would show and do not, only an extreme resource accuses; half of that where nobody would see them. */
const alone = (signs: Signs, { aloneLeast, aloneAlways }: Settings): number => {
  const own = best(signs.own);
  return Math.max(aloneAlways * own, own - (isSeen(signs) ? aloneLeast : aloneLeast / 2));
};

/** How long calls took that have ended. */
const isLatency = ({ series }: Scored): boolean => series.meta.class === 'latency' && isEnded(series);

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
