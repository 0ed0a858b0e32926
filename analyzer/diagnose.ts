// From an incident to its cause: evidence out of the bank and the graph, the localiser's ranking, and a change of mind when due.
import { type Anomaly, type Cause, limits } from '@fenghuo/rules/contract';
import { around } from './around.ts';
import type { CaseFile } from './case-file.ts';
import { lastTold } from './correlate/gone.ts';
import { underWay } from './correlate/planned.ts';
import { type Engine, emit } from './engine.ts';
import { confidenceOf } from './localise/confidence.ts';
import { endedLate } from './localise/ended.ts';
import { explain } from './localise/explain.ts';
import { linkOf } from './localise/link.ts';
import { BEFORE_SAMPLES, JUST_BEFORE } from './localise/past.ts';
import { isMute, ranked } from './localise/ranked.ts';
import { defaults } from './localise/settings.ts';
import { isCalm } from './localise/strength.ts';
import type { Probe } from './probes.ts';
import { Samples } from './samples.ts';
import type { Series } from './series.ts';
import type { Evidence, Ranking, SeriesEvidence } from './types.ts';

/** A cause is named at once when it is clearly more likely right than wrong, and whatever stands first after so long. */
const sureAtOnce = 0.6;
const nameAfterMs = 2_000;
/** Late evidence may change the cause: each tick at first, then seldom, then the case is settled. */
const earlyMs = 10_000;
const laterEveryMs = 5_000;
const settledMs = 90_000;
/** Nothing of it has stirred for so long: late evidence is over too. */
const overMs = 3_000;
const beforeOnsetMs = BEFORE_SAMPLES * limits.tickMs;
/** Ticks that a probe may be late before its figures count as silent. */
const spokenMs = 2 * limits.tickMs;
/** What was announced so long before the onset may still have to do with it. */
const eventsMs = 1_800_000;
/** A cause gives way only to another that weighs clearly more: late evidence wanders. */
const clearlyMore = 1.5;

/**
 * A probe that still reports is not silent, whatever of its figures is missing: nobody called, so there was nothing to time.
 * Nor is a service of which an instance still reports: another was taken out of it.
 */
const speaking = ({ watch, tickMs }: Engine): ((one: Series) => boolean) => {
  const isAlive = (probe: Probe | undefined): boolean => probe !== undefined && probe.tickMs >= tickMs - spokenMs;
  const serves = (entity: string): boolean => watch.probes.of(entity).some(isAlive);
  // Of an edge the caller tells: where the caller is gone, nothing is said of the callee.
  return ({ probe, meta }) => meta.caller !== undefined || isAlive(watch.probes.get(probe)) || serves(meta.entity);
};

/** Services of which no process has told anything of the tick before, and whose last word is no older than `fromMs`; on a slow bus nobody is. */
const absent = (
  engine: Engine,
  services: Iterable<string>,
  fromMs: number,
): readonly { service: string; timeMs: number }[] => {
  const { watch, tickMs } = engine;
  if (engine.sources.isUnsettled(engine.now.atMs)) return [];
  return [...services].flatMap((service) => {
    const at = lastTold(watch, service, tickMs);
    return at !== undefined && at >= fromMs ? [{ service, timeMs: at + limits.tickMs }] : [];
  });
};

/** What was announced, and who was started anew or, of those at hand, is gone without being announced. */
const eventsOf = (engine: Engine, series: readonly Series[], onsetMs: number): Evidence['events'] => {
  const { changes, graph } = engine;
  const fromMs = onsetMs - eventsMs;
  const announced = changes.flatMap(({ timeMs, service, kind, what }) =>
    service === undefined || timeMs === undefined || timeMs < fromMs ? [] : [{ timeMs, entity: service, kind, what }],
  );
  const isPlanned = (service: string, atMs: number): boolean =>
    underWay(engine, atMs).some((work) => work.service === service);
  const atHand = new Set(series.map(({ meta }) => meta.entity));
  const gone = [...graph.restarts, ...absent(engine, atHand, onsetMs - beforeOnsetMs)];
  const restarts = gone.filter(({ service, timeMs }) => timeMs >= fromMs && !isPlanned(service, timeMs));
  return [
    ...announced,
    ...restarts.map(({ service, timeMs }) => ({
      timeMs,
      entity: service,
      kind: 'restart',
      what: 'gone or started anew',
    })),
  ];
};

/** What stirs not at all says so by its last samples: the others need not be read. Of edges and of traffic also what is within the band counts. */
const mayBeCalm = ({ meta }: Series, isActive: boolean): boolean =>
  !isActive && meta.caller === undefined && meta.class !== 'traffic' && meta.class !== 'business';

/** A series in the ranking's eyes: in full, or its present alone where that is calm. */
const seenAs = (
  { watch }: Engine,
  one: Series,
  { onsetMs, sinceMs }: { readonly onsetMs: number; readonly sinceMs: number },
  samples: Samples,
  speaks: (one: Series) => boolean,
): SeriesEvidence => {
  const { index, meta } = one;
  const baseline = watch.baseline(one);
  const isActive = watch.active.has(index);
  if (mayBeCalm(one, isActive)) {
    const fromMs = onsetMs - limits.tickMs;
    const { timesMs, values } = samples.since(index, Math.max(sinceMs, fromMs - JUST_BEFORE * limits.tickMs));
    const present = { meta, baseline, timesMs, values };
    if (!values.includes(Number.NaN) && isCalm(present, fromMs, defaults)) return present;
  }
  const said = isActive ? watch.anomaly(index) : undefined;
  const anomaly = said?.shape === 'silence' && speaks(one) ? undefined : said;
  const { timesMs, values } = samples.since(index, sinceMs);
  return { meta, baseline, timesMs, values, ...(anomaly === undefined ? {} : { anomaly }) };
};

/** Causes of the incidents that were open before this one: what they show is told there. */
const toldElsewhere = (engine: Engine, file: CaseFile): ReadonlySet<string> =>
  new Set(
    [...engine.files.values()].flatMap(({ id, openedMs }) =>
      id !== file.id && openedMs < file.openedMs ? (engine.incidents.get(id)?.cause?.entity ?? []) : [],
    ),
  );

/** Everything that the ranking may look at, about one incident. */
export const evidenceOf = (engine: Engine, file: CaseFile): Evidence => {
  const { watch, graph, tickMs } = engine;
  const { onsetMs } = file;
  const speaks = speaking(engine);
  const samples = new Samples(watch.bank);
  const { series, entities } = around(engine, file);
  // What an incident before this one did is nobody's usual: a relapse is measured by the calm in between.
  const sinceMs = Math.max(onsetMs - beforeOnsetMs, Math.min(engine.calmSinceMs, onsetMs));
  // What announced work explains opens nothing: whoever is worked on was not the one. What it sees of others counts.
  const works = [...underWay(engine, onsetMs), ...underWay(engine, engine.now.atMs)];
  const excused = new Set(works.map(({ service }) => service));
  const elsewhere = toldElsewhere(engine, file);
  const isElsewhere = ({ entity, caller }: Series['meta']): boolean =>
    elsewhere.has(entity) || (caller !== undefined && elsewhere.has(linkOf(caller, entity)));
  return {
    stepMs: limits.tickMs,
    onsetMs,
    nowMs: tickMs,
    series: series
      .filter(
        ({ index, meta }) =>
          !excused.has(meta.entity) && !isElsewhere(meta) && !isMute(meta, watch.active.has(index), tickMs - onsetMs),
      )
      .map((one) => seenAs(engine, one, { onsetMs, sinceMs }, samples, speaks)),
    edges: graph.around(entities).map(({ caller, callee, source }) => ({ caller, callee, source })),
    kinds: graph.kinds,
    hosts: graph.hosts,
    ...(file.alarm === undefined ? {} : { alarm: file.alarm }),
    felt: file.felt,
    feltBy: file.feltBy,
    events: eventsOf(engine, series, onsetMs),
  };
};

/** Names the cause, or changes it on later evidence that stands twice in a row. */
export const diagnose = (engine: Engine, file: CaseFile): void => {
  const { atMs } = engine.now;
  const incident = engine.incidents.get(file.id);
  if (incident === undefined || (incident.state !== 'open' && incident.state !== 'acknowledged')) return;
  const age = atMs - file.openedMs;
  // What an action did to the traffic is no evidence about who was it before; what kind of trouble it is shows as the calls under way end.
  const acted = incident.actions.some((a) => a.appliedMs !== undefined);
  if (acted && incident.cause !== null && incident.cause.kind !== 'hang') return;
  const untilMs = acted ? earlyMs : settledMs;
  if (file.causeId !== undefined && (age > untilMs || (age > earlyMs && atMs - file.rankedMs < laterEveryMs))) return;
  // What is seen after the trouble is about something else; where an action ended it, the calls that were under way have still to end.
  const isOver = !acted && file.quietSinceMs !== undefined && atMs - file.quietSinceMs >= overMs;
  if (file.causeId !== undefined && isOver) return;
  file.rankedMs = atMs;
  const evidence = evidenceOf(engine, file);
  const found = ranked(evidence);
  if (found.suspects.length === 0) return;
  const late = acted && incident.cause !== null ? lateAfterAll(incident.cause, found, evidence) : undefined;
  const ranking = late ?? found;
  if (incident.cause === null) {
    if (confidenceOf(ranking.margin) < sureAtOnce && age < nameAfterMs) return;
  } else {
    const floors = engine.rules.playbooks.map(({ when }) => when.confidenceMin);
    const rival = acted && late === undefined ? undefined : rivalOf(incident.cause, ranking, floors);
    const isSecond = file.rival === rival;
    file.rival = rival;
    if (rival === undefined || !isSecond) return;
  }
  const said = explain(ranking, evidence);
  const supersedes = file.causeId;
  emit(engine, {
    type: 'incident.cause',
    incident: file.id,
    cause: said.cause,
    ranking: said.ranking.slice(0, limits.suspectsMax).map((s) => ({ ...s, evidence: s.evidence.map(finite) })),
    path: [...said.path],
    affected: [...said.affected],
    ...(supersedes === undefined ? {} : { supersedes }),
  });
  for (const { entity, metric, why } of said.inhibited)
    if (!file.told.has(`${entity}\u0000${metric}`))
      emit(engine, { type: 'incident.inhibited', incident: file.id, entity, metric, why });
};

/** What an entity's own figures told: that they fade while it is still late takes nothing back. */
const confessions: ReadonlySet<Cause['kind']> = new Set(['memory', 'eventloop', 'cpu', 'disk', 'saturation']);

/**
 * What would take the cause's place: another entity that weighs clearly more, or, of the same entity, another kind of trouble, or the same so much surer
 * that a playbook may act. @param floors confidences from which on playbooks may
 */
const rivalOf = (
  { entity, kind, confidence }: Cause,
  { suspects, margin }: Ranking,
  floors: readonly number[],
): string | undefined => {
  const first = suspects[0]!;
  if (first.entity === entity && first.kind !== kind)
    return confessions.has(kind) && first.kind === 'latency' ? undefined : `${entity}\u0000${first.kind}`;
  // What a playbook was refused for may be there now.
  const isSurer = floors.some((floor) => confidence < floor && confidenceOf(margin) >= floor);
  if (first.entity === entity) return isSurer ? `${entity}\u0000surer` : undefined;
  const held = suspects.find((one) => one.entity === entity);
  // What turned out to be another's effect need not be outweighed.
  if (held?.because.some(({ code, about }) => code === 'explained_by' && about === first.entity)) return first.entity;
  return first.score > clearlyMore * (held?.score ?? 0) && confidenceOf(margin) >= confidence
    ? first.entity
    : undefined;
};

/** The ranking where what was named as hanging turned out to be late: its calls have ended, whoever gave up on some before. */
const lateAfterAll = ({ entity, kind }: Cause, ranking: Ranking, evidence: Evidence): Ranking | undefined => {
  const isLate = kind === 'hang' && ranking.suspects[0]!.entity === entity && endedLate(evidence, entity);
  if (!isLate) return undefined;
  const suspects = ranking.suspects.map((one) => (one.entity === entity ? { ...one, kind: 'latency' as const } : one));
  return { ...ranking, suspects };
};

/** JSON knows no NaN: a silent series' figure is told as 0. */
const finite = (anomaly: Anomaly): Anomaly => (Number.isNaN(anomaly.seen) ? { ...anomaly, seen: 0 } : anomaly);
