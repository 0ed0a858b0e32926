// The engine's state, and the one way to change what it has decided: emit a decision, which is applied as it is written.
// So whoever folds the same decisions over the same telemetry (recovery, replay) has the same state.
import {
  type ChangeEvent,
  type Decision,
  type FlagLease,
  type Incidents,
  projectDecision,
  type RuleBook,
} from '@fenghuo/rules/contract';
import { type CaseFile, type Opened, openFile } from './case-file.ts';
import { Checks } from './checks/checks.ts';
import { Graph } from './graph.ts';
import type { Input } from './input.ts';
import { Kpis } from './kpi.ts';
import { endsOf, linkOf } from './localise/link.ts';
import { PaymentBook } from './payments.ts';
import type { Series } from './series.ts';
import { shedCode, shedLevelOf, shedWords } from './shed.ts';
import { alertKey, Slos } from './slo/slos.ts';
import { Sources } from './sources/sources.ts';
import { learnAgain, touch } from './unlearnt.ts';
import { Watch } from './watch.ts';

export type ActMode = 'off' | 'dry' | 'on';
export type EngineOptions = { readonly partition: number; readonly act: ActMode };

export type Engine = {
  readonly options: EngineOptions;
  readonly rules: RuleBook;
  readonly graph: Graph;
  readonly watch: Watch;
  readonly kpis: Kpis;
  readonly slos: Slos;
  readonly checks: Checks;
  readonly sources: Sources;
  readonly payments: PaymentBook;
  readonly changes: ChangeEvent[];
  /** When the subject of announced work was last seen in trouble, and when nothing at all came from it. */
  readonly worked: Map<string, { readonly troubled: number; readonly away?: number }>;
  readonly files: Map<string, CaseFile>;
  /** Leases as last written, by action id. */
  readonly renewed: Map<string, number>;
  readonly renewals: Map<string, number>;
  /** Since when an action is in its state, and which ones a person refused or undid. */
  readonly since: Map<string, number>;
  readonly rejected: Set<string>;
  incidents: Incidents;
  /** The tick being gathered, who has reported it, and whether it has been judged. */
  tickMs: number;
  reported: Set<string>;
  /** Probes that may still report it: looked through from the front, so that a tick costs each of them once. */
  awaited: Set<string>;
  judged: boolean;
  prunedMs: number;
  /** Since when the cause of the incident that closed last has been healthy: what is older belongs to that incident. */
  calmSinceMs: number;
  /** How much should be shed (shed.ts), as whoever feeds the engine measures it: its only input that is not in the stream, so it is logged. */
  shedWanted: number;
  /** Decisions of the log, by the sequence that led to them: while they last, the engine follows instead of deciding. */
  follow: Map<number, Decision[]> | undefined;
  now: { seq: number; atMs: number; n: number };
  out: Outputs;
};
export type Outputs = { readonly decisions: Decision[]; readonly leases: FlagLease[]; evaluated: boolean };
type Loose<D> = D extends Decision ? Omit<D, 'v' | 'id' | 'atMs' | 'seq'> : never;
export type Draft = Loose<Decision>;

export const createEngine = (rules: RuleBook, options: EngineOptions): Engine => {
  const graph = new Graph(rules.topology);
  const watch = new Watch(graph, rules.detectors);
  return {
    options,
    rules,
    graph,
    watch,
    kpis: new Kpis(rules.topology, watch),
    slos: new Slos(rules.slos, graph),
    checks: new Checks(),
    sources: new Sources(options.partition, watch),
    payments: new PaymentBook(),
    changes: [],
    worked: new Map(),
    files: new Map(),
    renewed: new Map(),
    renewals: new Map(),
    since: new Map(),
    rejected: new Set(),
    incidents: new Map(),
    tickMs: -1,
    reported: new Set(),
    awaited: new Set(),
    judged: true,
    prunedMs: 0,
    calmSinceMs: Number.NEGATIVE_INFINITY,
    shedWanted: 0,
    follow: undefined,
    now: { seq: 0, atMs: 0, n: 0 },
    out: { decisions: [], leases: [], evaluated: false },
  };
};

/** Starts the step of one input: nothing put out yet, counters of ids at zero. */
export const begin = (engine: Engine, input: Input): void => {
  engine.now = { seq: input.seq, atMs: Math.max(input.atMs, engine.now.atMs), n: 0 };
  engine.out = { decisions: [], leases: [], evaluated: false };
};

/** A draft with its base fields is a decision of the same type: `Loose` took exactly those four away. */
const whole = (draft: Draft, base: { v: 1; id: string; atMs: number; seq: number }): Decision =>
  ({ ...base, ...draft }) as Decision;

/** Writes a decision and lets the state follow it. */
export const emit = (engine: Engine, draft: Draft): Decision => {
  const { seq, atMs, n } = engine.now;
  const decision = whole(draft, { v: 1, id: `${engine.options.partition}-${seq}-${n}`, atMs, seq });
  engine.now.n++;
  engine.out.decisions.push(decision);
  apply(engine, decision);
  return decision;
};

/** Sheds as much as is wanted, and says so; whoever follows the log sheds what the log says, from the same input on. */
export const shedAsWanted = (engine: Engine): undefined => {
  const { shedWanted: level, watch, follow, now } = engine;
  if (follow === undefined && level !== watch.shed.level)
    emit(engine, { type: 'engine.note', code: shedCode(level), text: shedWords[level]! });
  for (const decision of follow?.get(now.seq) ?? []) shedAsLogged(engine, decision);
};

const shedAsLogged = ({ watch }: Engine, decision: Decision): undefined => {
  const level = decision.type === 'engine.note' ? shedLevelOf(decision.code) : undefined;
  if (level !== undefined) watch.shed.set(level);
};

/** What a decision changes, whoever made it. */
export const apply = (engine: Engine, decision: Decision): void => {
  engine.incidents = projectDecision(engine.incidents, decision);
  if (decision.type === 'action.planned') engine.since.set(decision.action.id, decision.atMs);
  if (decision.type === 'action.state') {
    engine.since.set(decision.action, decision.atMs);
    if (decision.by !== undefined && decision.to !== 'applying') engine.rejected.add(decision.action);
  }
  shedAsLogged(engine, decision);
  if (decision.type === 'slo.budget') engine.slos.accounted(decision);
  if (decision.type === 'slo.burn') engine.slos.told.set(alertKey(decision.slo, decision.policy), decision);
  if (decision.type === 'slo.calm') engine.slos.told.delete(alertKey(decision.slo, decision.policy));
  if (decision.type === 'check.raised') engine.checks.told.set(decision.check.id, decision.check);
  if (decision.type === 'check.cleared') engine.checks.told.delete(decision.check);
  if (decision.type === 'source.troubled') engine.sources.told.set(decision.trouble.source, decision.trouble);
  if (decision.type === 'source.well') engine.sources.told.delete(decision.source);
  if (decision.type === 'incident.opened') opened(engine, decision);
  const file = decision.incident === undefined ? undefined : engine.files.get(decision.incident);
  if (file === undefined) return;
  switch (decision.type) {
    case 'incident.opened':
      for (const anomaly of decision.trigger) {
        touch(engine, file, anomaly.entity);
        if (anomaly.caller !== undefined) touch(engine, file, anomaly.caller);
      }
      break;
    case 'anomaly.detected':
      file.told.add(decision.anomaly.series);
      break;
    case 'incident.cause':
      file.causeId = decision.id;
      file.causeMs = decision.atMs;
      for (const entity of [decision.cause.entity, ...decision.affected]) touch(engine, file, entity);
      reference(engine, file, judgedBy(engine, file, decision));
      break;
    case 'incident.inhibited':
      file.told.add(`${decision.entity}\u0000${decision.metric}`);
      break;
    case 'incident.impact':
      file.impactMs = decision.atMs;
      // What was added up here is exact; the log's figure serves where the incident is older than what was read again.
      for (const { kpi, lost, lostLow, lostHigh } of decision.impact)
        if (!file.shortfall.has(kpi))
          file.shortfall.set(kpi, { lost, variance: ((lostHigh - lostLow) / 3.92) ** 2, untilMs: decision.atMs });
      break;
    case 'incident.state':
      if (decision.to === 'closed') closed(engine, file);
      break;
  }
};

const opened = (engine: Engine, decision: Opened): void => {
  engine.files.set(decision.incident, openFile(decision));
  // What customers do during the incident must not become what is expected of them.
  for (const kpi of engine.kpis.all) engine.watch.bank.freeze(kpi.series.index);
};

const closed = (engine: Engine, file: CaseFile): void => {
  engine.files.delete(file.id);
  learnAgain(engine, file);
  engine.calmSinceMs = Math.max(engine.calmSinceMs, file.healthySinceMs ?? file.quietSinceMs ?? engine.calmSinceMs);
  for (const index of file.references.keys()) engine.watch.bank.thaw(index);
  if (engine.files.size === 0) for (const kpi of engine.kpis.all) engine.watch.bank.thaw(kpi.series.index);
};

const isBody = ({ meta }: Series): boolean =>
  meta.class === 'errors'
    ? meta.stat === undefined
    : meta.class === 'latency' &&
      (meta.stat === undefined || meta.stat === 'p50' || meta.stat === 'mean' || meta.stat === 'p90');

const isAbout = ({ meta }: Series, entity: string): boolean =>
  meta.entity === entity || (meta.caller !== undefined && linkOf(meta.caller, meta.entity) === entity);

/** The figures by which an entity is judged healthy: what most of its calls see. */
export const figures = (engine: Engine, entity: string): Series[] =>
  endsOf(entity)
    .flatMap((end) => engine.watch.places.of(end))
    .filter((one) => isAbout(one, entity) && isBody(one))
    .sort((a, b) => a.index - b.index);

/** Up to where a figure is healthy: its band, or the change that its rule calls too small to matter. */
export const healthyUpTo = (engine: Engine, one: Series): number => {
  const rule = engine.rules.detectors.find((r) => r.class === one.meta.class);
  const { expected, high } = engine.watch.bank.expected(one.index);
  const change = Math.max(rule?.floor[one.meta.unit] ?? 0, (rule?.changeMin ?? 1) * Math.abs(expected));
  return Math.max(high, expected + change);
};

/** The figures by which a cause is judged healthy: a host, which nobody calls, by those that named it, or those that raised the alarm while none of its own was beyond its band yet. */
const judgedBy = (
  engine: Engine,
  { trigger }: CaseFile,
  { cause, ranking }: Extract<Decision, { type: 'incident.cause' }>,
): readonly Series[] => {
  if (cause.entityKind !== 'host') return figures(engine, cause.entity);
  const named = ranking.find(({ entity }) => entity === cause.entity)?.evidence.map(({ series }) => series) ?? [];
  return (named.length > 0 ? named : trigger).flatMap((id) => engine.watch.find(id) ?? []);
};

const reference = (engine: Engine, file: CaseFile, judged: readonly Series[]): void => {
  for (const index of file.references.keys()) engine.watch.bank.thaw(index);
  file.references = new Map();
  file.sick.clear();
  file.healthySinceMs = undefined;
  for (const one of judged) {
    if (engine.watch.bank.baseline(one.index).n < 10) continue;
    file.references.set(one.index, healthyUpTo(engine, one));
    engine.watch.bank.freeze(one.index);
  }
};
