// What each entity shows: symptoms (latency, errors, calls that stopped), confessions of its own (resources, saturation), silence.
import type { Evidence, SeriesEvidence, SeriesMeta } from '../types.ts';
import { type Scored, shareOut, type WaitsFor } from './edges.ts';
import { measureOf } from './measure.ts';
import { lessPauses } from './paused.ts';
import { secondsOf } from './seconds.ts';
import type { Settings } from './settings.ts';
import { starving } from './starved.ts';
import type { Strength } from './strength.ts';

export type Signs = {
  readonly symptoms: readonly Scored[];
  readonly own: readonly Scored[];
  /** Figures of its own that are within their band, symptoms and confessions: most are, and they say only that they would tell. */
  readonly calm: readonly Scored[];
  readonly silent: boolean;
};

export const best = (scored: readonly Scored[]): number =>
  scored.reduce((most, s) => Math.max(most, s.strength.strength), 0);

/** Whether anything would show it if this entity answered late or wrongly. */
export const isSeen = (signs: Signs): boolean =>
  signs.symptoms.some((s) => s.strength.present > 0) || signs.calm.some((s) => isSymptom(s) && s.strength.present > 0);

export const isSymptom = ({ series: { meta } }: Scored): boolean => meta.class === 'latency' || meta.class === 'errors';

/** Figures of an entity's own that would show it if they were out of their band; where they work off something, also those that do not. */
const isCalm = ({ caller, stat }: SeriesMeta, { strength }: Strength): boolean =>
  strength === 0 && caller === undefined && stat !== 'count';

type Gathered = { symptoms: Scored[]; own: Scored[]; calm: Scored[]; silences: number; told: number };

/** Signs of every entity with a series; `callers` by callee. */
export const signsOf = (
  evidence: Evidence,
  callers: ReadonlyMap<string, readonly string[]>,
  waitsFor: WaitsFor,
  settings: Settings,
): Map<string, Signs> => {
  const from = evidence.onsetMs - evidence.stepMs;
  const alarmed = alarmedBy(evidence);
  const late = alarmed === 'errors' ? settings.lateAtErrors : 1;
  const isTelling = tellingOf(evidence.kinds);
  const measure = measureOf(evidence.series, from, settings);
  const strengths = evidence.series.map((series) => (isTelling(series.meta) ? measure(series) : undefined));
  // What does not stand out need not be set aside.
  const loud = evidence.series.filter((_, i) => (strengths[i]?.strength ?? 0) > 0);
  const shared = settings.sharedAside ? sharedOf(loud) : new Set<SeriesEvidence>();
  // Who was started anew since the onset was gone before, however short the gap in its telemetry.
  const restarted = new Set(
    evidence.events.flatMap(({ kind, entity, timeMs }) => (kind === 'restart' && timeMs >= from ? [entity] : [])),
  );
  const signs = new Map<string, Gathered>();
  const signOf = (entity: string): Gathered => {
    const known = signs.get(entity);
    if (known !== undefined) return known;
    const made = { symptoms: [], own: [], calm: [], silences: 0, told: 0 };
    signs.set(entity, made);
    return made;
  };
  const symptoms: Record<'latency' | 'errors', Scored[]> = { latency: [], errors: [] };
  for (let i = 0; i < evidence.series.length; i++) {
    const series = evidence.series[i]!;
    const { meta } = series;
    const plain = strengths[i];
    if (plain === undefined || shared.has(series) || (settings.sharedAside && isOfHost(meta))) continue;
    const of = signOf(meta.entity);
    if (meta.class === 'business') {
      // What a service delivers and for whom nobody waits, as behind a queue: there is no caller whose calls would show it.
      if (plain.strength > 0) of.symptoms.push({ series, strength: plain });
      continue;
    }
    const weight = meta.class === 'latency' && alarmed !== undefined ? late * runsOut(meta, plain) : 1;
    const scored = {
      series,
      strength: weight === 1 ? plain : { ...plain, strength: plain.strength * weight },
    };
    // How much waits in a queue is what lateness is of a callee: whoever takes from it may explain it.
    const isBacklog = meta.class === 'saturation' && evidence.kinds.get(meta.entity) === 'queue';
    if (isBacklog) of.symptoms.push(scored);
    else if (isCalm(meta, plain)) of.calm.push(scored);
    else if (meta.class === 'latency' || meta.class === 'errors') symptoms[meta.class].push(scored);
    else of.own.push(scored);
    if (meta.caller !== undefined) continue;
    of.told++;
    if (series.anomaly?.shape === 'silence') of.silences++;
  }
  const latencies = lessPauses(symptoms.latency, (entity) => signs.get(entity)?.own, evidence);
  const confesses = (entity: string): boolean => best(signs.get(entity)?.own ?? []) > 0;
  for (const of of [symptoms.errors, latencies]) {
    const { kept, callers: theirs } = shareOut(of, from, settings, { waitsFor, confesses });
    for (const one of kept) signOf(one.series.meta.entity).symptoms.push(one);
    for (const [caller, one] of theirs) signs.get(caller)?.symptoms.push(one);
  }
  const traffic = evidence.series.filter(({ meta }) => meta.class === 'traffic' && meta.operation === undefined);
  const isWaiting = (queue: string): boolean | undefined => {
    const backlog = (signs.get(queue)?.symptoms ?? []).filter(({ series }) => series.meta.class === 'saturation');
    return backlog.length === 0 ? undefined : best(backlog) > 0;
  };
  for (const [caller, one] of starving(traffic, callers, evidence.kinds, { fromMs: from, settings, isWaiting }))
    signs.get(caller)?.symptoms.push(one);
  return new Map(
    [...signs].map(([entity, { symptoms, own, calm, told, silences }]) => [
      entity,
      { symptoms, own, calm, silent: (told > 0 && silences > told / 2) || restarted.has(entity) },
    ]),
  );
};

/** What is under way grows with every wait, whoever causes it (Little, Operations Research 9, 1961): requests, and what they hold open. */
export const isUnderWay = ({ metric }: SeriesMeta): boolean => /active|in_?flight|concurren|descriptor/.test(metric);

/** Parts of a heap fill and are emptied by turns; the heap as a whole tells. */
const isPart = ({ metric }: SeriesMeta): boolean => /heap.*(space|eden|survivor|young)/.test(metric);

/** The shortest of many delays is longest where nothing happens. */
const isLeast = ({ metric }: SeriesMeta): boolean => /(delay|lag|wait|duration|latency)[._]min$/.test(metric);

/** What can speak of an entity's health. Of business only a figure that somebody gave a direction and an owner: demand moves all others. */
const tellingOf = (kinds: Evidence['kinds']): ((meta: SeriesMeta) => boolean) => {
  // Many series, few metrics.
  const known = new Map<string, boolean>();
  const isOfOthers = (meta: SeriesMeta): boolean => {
    const is = known.get(meta.metric) ?? (isUnderWay(meta) || isPart(meta) || isLeast(meta));
    known.set(meta.metric, is);
    return is;
  };
  return (meta) =>
    meta.class === 'business'
      ? meta.bad !== 'both' && kinds.has(meta.entity)
      : meta.class !== 'traffic' && !isOfOthers(meta);
};

/** Calls are seldom given up on before people notice that they wait: a tenth of a second (Nielsen, Usability Engineering, 1993). */
const GIVEN_UP_S = 0.1;

/**
 * How far lateness may have made calls fail, or work lie undone: they fail where a time limit runs out, which a few milliseconds more do not bring about, nor
 * do these stop whoever works. 1 where nobody knows its seconds.
 */
const runsOut = ({ unit }: SeriesMeta, { shift }: Strength): number => {
  const late = secondsOf(shift, unit);
  return late === undefined ? 1 : Math.min(1, Math.max(0, late) / GIVEN_UP_S);
};

/** What raised the alarm, where it was an effect that lateness has only in the end: calls that fail, or what a business gets done. */
const alarmedBy = ({ alarm, series }: Evidence): 'errors' | 'business' | undefined => {
  if (alarm === undefined) return undefined;
  const isOf = (of: SeriesMeta['class']): boolean =>
    series.some(({ meta }) => meta.class === of && meta.entity === alarm.entity && meta.metric === alarm.metric);
  return isOf('errors') ? 'errors' : isOf('business') ? 'business' : undefined;
};

/** A resource of the host that a service runs on. */
const isOfHost = (meta: SeriesMeta): boolean =>
  meta.ofHost === true && (meta.class === 'resource' || meta.class === 'saturation');

/** Resources that several entities report alike, value for value: they single out nobody. */
const sharedOf = (all: readonly SeriesEvidence[]): Set<SeriesEvidence> => {
  const alike = new Map<string, SeriesEvidence[]>();
  const shared = new Set<SeriesEvidence>();
  for (const series of all) {
    const { meta, values } = series;
    if (meta.class !== 'resource' && meta.class !== 'saturation') continue;
    const present = values.filter((value) => !Number.isNaN(value));
    // What never moves is alike by nature: a limit, a zero.
    if (present.every((value) => value === present[0])) continue;
    const key = `${meta.metric}\u0000${meta.stat ?? ''}\u0000${present.join()}`;
    const same = alike.get(key);
    if (same === undefined) alike.set(key, [series]);
    else same.push(series);
  }
  for (const same of alike.values())
    if (new Set(same.map((s) => s.meta.entity)).size > 1) for (const series of same) shared.add(series);
  return shared;
};
