// From an incident to its cause: evidence out of the bank and the graph, the localiser's ranking, and a change of mind when due.
import { type Anomaly, limits } from '@fenghuo/rules/contract';
import { around } from './around.ts';
import { type CaseFile, type Engine, emit } from './engine.ts';
import { explain } from './localise/explain.ts';
import { overLinks } from './localise/link.ts';
import { localise } from './localise/localise.ts';
import type { Evidence, SeriesEvidence } from './types.ts';
import type { Series } from './watch.ts';

/** A cause is named at once when it stands out so far, and whatever stands first after so long. */
const confidenceAtOnce = 0.35;
const nameAfterMs = 2_000;
/** Late evidence may change the cause: each tick at first, then seldom, then the case is settled. */
const earlyMs = 10_000;
const laterEveryMs = 5_000;
const settledMs = 90_000;
const beforeOnsetMs = 5_000;
/** Ticks that a probe may be late before its figures count as silent. */
const spokenMs = 2 * limits.tickMs;
const classes = new Set(['latency', 'errors', 'traffic', 'saturation', 'business']);

/** A probe that still reports is not silent, whatever of its figures is missing: nobody called, so there was nothing to time. */
const speaks = ({ watch, tickMs }: Engine, one: Series): boolean =>
  (watch.probes.get(one.probe)?.tickMs ?? -1) >= tickMs - spokenMs;

/** Everything that the ranking may look at, about one incident. */
export const evidenceOf = (engine: Engine, file: CaseFile): Evidence => {
  const { watch, graph } = engine;
  const series: SeriesEvidence[] = [];
  const { series: near, entities } = around(engine, file);
  for (const one of near) {
    const { index, meta } = one;
    const isActive = watch.active.has(index);
    if (!isActive && !classes.has(meta.class)) continue;
    const { timesMs, values } = watch.bank.recent(index);
    let from = timesMs.length;
    while (from > 0 && timesMs[from - 1]! >= file.onsetMs - beforeOnsetMs) from--;
    const said = isActive ? watch.anomaly(index) : undefined;
    const anomaly = said?.shape === 'silence' && speaks(engine, one) ? undefined : said;
    series.push({
      meta,
      baseline: watch.baseline(one),
      timesMs: timesMs.subarray(from),
      values: values.subarray(from),
      ...(anomaly === undefined ? {} : { anomaly }),
    });
  }
  return {
    stepMs: limits.tickMs,
    onsetMs: file.onsetMs,
    nowMs: engine.tickMs,
    series,
    edges: [...graph.edges.values()]
      .filter(({ caller, callee }) => entities.has(caller) || entities.has(callee))
      .map(({ caller, callee, source }) => ({ caller, callee, source })),
    kinds: graph.kinds,
    hosts: graph.hosts,
    events: engine.changes.flatMap(({ timeMs, service, kind, what }) =>
      service === undefined || timeMs === undefined || timeMs < file.onsetMs - 1_800_000
        ? []
        : [{ timeMs, entity: service, kind, what }],
    ),
  };
};

/** Names the cause, or changes it on later evidence that stands twice in a row. */
export const diagnose = (engine: Engine, file: CaseFile): void => {
  const { atMs } = engine.now;
  const incident = engine.incidents.get(file.id);
  if (incident === undefined || (incident.state !== 'open' && incident.state !== 'acknowledged')) return;
  const age = atMs - file.openedMs;
  // What an action did to the traffic is no evidence about what was before it.
  const acted = incident.actions.some((a) => a.appliedMs !== undefined);
  if (
    file.causeId !== undefined &&
    (acted || age > settledMs || (age > earlyMs && atMs - file.rankedMs < laterEveryMs))
  )
    return;
  file.rankedMs = atMs;
  const evidence = evidenceOf(engine, file);
  const ranking = overLinks(localise(evidence), evidence);
  if (ranking.suspects.length === 0) return;
  const first = ranking.suspects[0]!;
  if (incident.cause === null) {
    if (ranking.confidence < confidenceAtOnce && age < nameAfterMs) return;
  } else {
    if (first.entity === incident.cause.entity) {
      file.rival = undefined;
      return;
    }
    const isSecond = file.rival === first.entity;
    file.rival = first.entity;
    if (!isSecond || ranking.confidence < incident.cause.confidence) return;
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

/** JSON knows no NaN: a silent series' figure is told as 0. */
const finite = (anomaly: Anomaly): Anomaly => (Number.isNaN(anomaly.seen) ? { ...anomaly, seen: 0 } : anomaly);
