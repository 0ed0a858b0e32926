// What the console shows each second, out of the engine's state: the graph with its figures, KPIs with their bands, evidence of incidents.
import { type LiveEvidence, type LiveGraph, limits } from '@fenghuo/rules/contract';
import type { CaseFile } from './case-file.ts';
import type { Engine } from './engine.ts';
import type { Series } from './series.ts';

const freshMs = 3_000;
const silentMs = 3_000;

type Figures = { counts: Map<string, number>; errors: number; p50: number | null; p99: number | null; anomaly: number };
const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
const worse = (a: number | null, b: number): number => (a === null ? b : Math.max(a, b));

/** Nodes, edges and KPIs as they stand; `lagMs` is how far the stream's time is behind the clock of the caller. */
export const liveGraph = (engine: Engine, lagMs: number): LiveGraph => {
  const { watch, graph, now } = engine;
  const edges = new Map<string, Figures>();
  const sick = new Map<string, number>();
  // What concerns no edge is looked at only where it is anomalous: on a fleet that is most series, a second.
  const sureOf = (index: number, { meta }: Series): number =>
    watch.opens.has(meta.class) ? watch.bank.probability(index) : 0;
  for (const index of watch.active) {
    const one = watch.series.get(index);
    const sure = one === undefined ? 0 : sureOf(index, one);
    if (one !== undefined && sure > 0) sick.set(one.meta.entity, Math.max(sure, sick.get(one.meta.entity) ?? 0));
  }
  for (const one of watch.ofEdges) {
    const { index, meta, last, lastMs, calls } = one;
    const sure = watch.active.has(index) ? sureOf(index, one) : 0;
    if (meta.caller === undefined || lastMs < engine.tickMs - freshMs || Number.isNaN(last)) continue;
    const key = `${meta.caller}\u0000${meta.entity}`;
    const of = edges.get(key) ?? { counts: new Map(), errors: 0, p50: null, p99: null, anomaly: 0 };
    if (meta.stat === 'count') of.counts.set(meta.metric, (of.counts.get(meta.metric) ?? 0) + last);
    else if (meta.class === 'errors') of.errors += last;
    // A quantile of a tick without calls is that of an earlier tick, and shown only while it is fresh.
    else if (meta.class === 'latency' && calls !== '' && meta.stat === 'p50') of.p50 = worse(of.p50, last);
    else if (meta.class === 'latency' && meta.stat === 'p99') of.p99 = worse(of.p99, last);
    of.anomaly = Math.max(of.anomaly, sure);
    edges.set(key, of);
  }
  const own = new Map<string, boolean>();
  for (const { service, host, seenMs } of watch.probes.values())
    for (const name of [service ?? host])
      if (name !== undefined) own.set(name, own.get(name) === true || now.atMs - seenMs <= silentMs);
  const called = new Set([...graph.edges.values()].map((edge) => edge.callee));
  return {
    v: 1,
    atMs: now.atMs,
    nodes: [...graph.kinds].map(([entity, kind]) => ({
      entity,
      kind,
      anomaly: sick.get(entity) ?? 0,
      telemetry: own.has(entity) ? (own.get(entity) ? 'own' : 'silent') : called.has(entity) ? 'callers' : 'none',
    })),
    edges: [...graph.edges.values()].map(({ caller, callee, protocol, lastMs, source }) => {
      const of = edges.get(`${caller}\u0000${callee}`);
      const rate = Math.max(0, ...(of?.counts.values() ?? []));
      return {
        caller,
        callee,
        protocol,
        rate,
        errorRatio: of === undefined || rate === 0 ? 0 : Math.min(1, of.errors / rate),
        p50: of?.p50 ?? null,
        p99: of?.p99 ?? null,
        anomaly: of?.anomaly ?? 0,
        ageMs: Math.max(0, now.atMs - lastMs),
        source,
      };
    }),
    kpis: engine.kpis.all.map(({ rule, series }) => {
      const isKnown = watch.bank.baseline(series.index).n > 0;
      const { expected, low, high } = watch.bank.expected(series.index);
      return {
        kpi: rule.name,
        title: rule.title,
        audience: rule.audience,
        unit: rule.unit,
        value: orNull(series.last),
        expected: isKnown ? orNull(expected) : null,
        low: isKnown ? orNull(low) : null,
        high: isKnown ? orNull(high) : null,
        anomaly: watch.active.has(series.index) ? watch.bank.probability(series.index) : 0,
      };
    }),
    slos: engine.slos.live(),
    checks: [...engine.checks.told.values()],
    sources: engine.sources.live(now.atMs),
    engine: {
      series: watch.series.size,
      samplesPerSecond: [...watch.probes.values()].reduce(
        (sum, p) => sum + (now.atMs - p.seenMs <= freshMs ? p.samples : 0),
        0,
      ),
      lagMs: Math.max(0, lagMs),
      shedLevel: watch.shed.level,
      shedSamples: watch.shed.samples,
    },
  };
};

/** The series that an incident's page charts: the cause's own, what raised the alarm, and what customers feel. */
const charted = (engine: Engine, file: CaseFile): Series[] => {
  const { series, active } = engine.watch;
  const kpis = engine.kpis.all.map((kpi) => kpi.series);
  const own = [...file.references.keys()].flatMap((index) => series.get(index) ?? []);
  const loud = [...active]
    .flatMap((index) => series.get(index) ?? [])
    .filter((one) => file.affected.has(one.meta.entity) && one.meta.class === 'latency');
  return [
    ...new Set([...own.filter((one) => one.meta.class === 'latency').slice(0, 3), ...kpis.slice(0, 3), ...loud]),
  ].slice(0, limits.evidenceSeriesMax);
};

/** New points of an incident's evidence; `sent` holds until when each series was sent and is brought up to date. */
export const liveEvidence = (engine: Engine, file: CaseFile, sent: Map<string, number>): LiveEvidence => ({
  v: 1,
  incident: file.id,
  series: charted(engine, file).map((one) => {
    const { index, meta } = one;
    const { timesMs, values } = engine.watch.bank.recent(index);
    const { expected, low, high } = engine.watch.expected(one);
    const key = `${file.id}\u0000${meta.id}`;
    const from = sent.get(key) ?? 0;
    const band = { expected: orNull(expected), low: orNull(low), high: orNull(high) };
    const points = [...timesMs].flatMap((t, i) => (t > from ? [{ t, seen: orNull(values[i]!), ...band }] : []));
    if (points.length > 0) sent.set(key, points.at(-1)!.t);
    const { entity, metric, unit, class: of, caller, stat } = meta;
    const named = { ...(stat === undefined ? {} : { stat }), ...(caller === undefined ? {} : { caller }) };
    return { series: meta.id, entity, metric, unit, class: of, ...named, points };
  }),
});
