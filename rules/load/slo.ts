// OpenSLO documents → the objectives that the engine keeps: references followed, sources read; what cannot be kept is told with its line.
import {
  type BurnPolicy,
  burnPolicies,
  limits,
  type OpenSloOf,
  type Slo,
  type SloIndicator,
  type SloSource,
  sloPeriodMs,
  sloSource,
} from '@fenghuo/rules/contract';
import type { PlacedRule, RuleFault } from './load.ts';
import { tell } from './place.ts';

type Path = readonly PropertyKey[];
type Kind = 'SLO' | 'SLI' | 'AlertPolicy' | 'AlertCondition' | 'DataSource';
type SliSpec = OpenSloOf<'SLI'>['spec'];
type Metric = NonNullable<SliSpec['thresholdMetric']>;
/** A spec with where it stands. */
type Found<T> = { readonly spec: T; readonly in: PlacedRule; readonly path: Path };
/** What stands at `path` cannot be kept, and why. */
class Wrong extends Error {
  readonly fault: RuleFault;
  constructor(at: PlacedRule, path: Path, message: string, key?: string) {
    super(message);
    this.fault = { ...at.at(path, key), message };
  }
}

/** Our own kind of `metricSource`. */
const own = 'fenghuo';
const isPage = /^(page|critical|error|high|p1|sev-?1)$/i;
/** The short window of an alert that names only its long one: a twelfth, as the workbook has it. */
const shortShare = 12;

export const objectives = (placed: readonly PlacedRule[]): { readonly slos: Slo[]; readonly faults: RuleFault[] } => {
  const slos: Slo[] = [];
  const faults: RuleFault[] = [];
  for (const one of placed) {
    if (one.rule.kind !== 'SLO') continue;
    try {
      slos.push(...objectivesOf(placed, one, one.rule));
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      faults.push(error.fault);
    }
  }
  const last = placed.findLast(({ rule }) => rule.kind === 'SLO');
  if (slos.length > limits.slosMax && last !== undefined)
    faults.push({ ...last.at([]), message: `${slos.length} objectives, at most ${limits.slosMax} are kept` });
  return { slos, faults };
};

const objectivesOf = (placed: readonly PlacedRule[], at: PlacedRule, { metadata, spec }: OpenSloOf<'SLO'>): Slo[] => {
  const indicator = inlineOrNamed(placed, at, ['spec'], 'SLI', 'indicator', spec.indicator, spec.indicatorRef);
  const [window] = spec.timeWindow ?? [];
  if (window?.calendar !== undefined || window?.isRolling === false)
    throw new Wrong(at, ['spec', 'timeWindow', 0], 'only rolling windows are kept: isRolling: true');
  const periodMs = window?.duration ?? sloPeriodMs;
  const policies = spec.alertPolicies.flatMap((given, i) =>
    policiesOf(placed, at, given, ['spec', 'alertPolicies', i]),
  );
  for (const { longMs } of policies)
    if (longMs > periodMs)
      throw new Wrong(at, ['spec', 'alertPolicies'], 'an alert looks back further than the period of the budget');
  const several = spec.objectives.length > 1;
  return spec.objectives.map((objective, i) => {
    const path = ['spec', 'objectives', i];
    const { timeSliceWindow: windowMs, timeSliceTarget: share } = objective;
    const bySlices = spec.budgetingMethod !== 'Occurrences';
    if (bySlices && windowMs === undefined) throw new Wrong(at, path, `${spec.budgetingMethod} needs timeSliceWindow`);
    if (spec.budgetingMethod === 'Timeslices' && share === undefined)
      throw new Wrong(at, path, 'Timeslices needs timeSliceTarget');
    const title = objective.displayName ?? metadata.displayName ?? metadata.name;
    return {
      name: several ? `${metadata.name}/${i + 1}` : metadata.name,
      title: { en: title, zh: title },
      service: spec.service,
      target: objective.target ?? (objective.targetPercent ?? 0) / 100,
      periodMs,
      indicator: indicatorOf(placed, indicator, spec.service, objective, { at, path }),
      ...(bySlices && windowMs !== undefined
        ? { slices: { windowMs, target: spec.budgetingMethod === 'Timeslices' ? share : undefined } }
        : {}),
      // An alert cannot look back further than the budget: of the usual ones only those that fit.
      policies: policies.length > 0 ? policies : burnPolicies.filter(({ longMs }) => longMs <= periodMs),
    };
  });
};

/** An object that stands in its place, or is named there and stands elsewhere. */
const inlineOrNamed = <K extends Kind>(
  placed: readonly PlacedRule[],
  at: PlacedRule,
  path: Path,
  kind: K,
  field: string | undefined,
  inline: { readonly spec?: OpenSloOf<K>['spec'] | undefined } | undefined,
  ref: string | undefined,
): Found<OpenSloOf<K>['spec']> => {
  if ((inline?.spec === undefined) === (ref === undefined))
    throw new Wrong(at, path, `either ${field ?? kind} or a reference to one`, field);
  if (inline?.spec !== undefined)
    return { spec: inline.spec, in: at, path: field === undefined ? [...path, 'spec'] : [...path, field, 'spec'] };
  for (const other of placed)
    if (other.rule.kind === kind && other.rule.metadata.name === ref)
      // The kind was just compared: of this kind the spec is this one.
      return { spec: other.rule.spec as OpenSloOf<K>['spec'], in: other, path: ['spec'] };
  throw new Wrong(at, path, `no ${kind} "${ref}" is declared`, field === undefined ? undefined : `${field}Ref`);
};

type GivenPolicy = OpenSloOf<'SLO'>['spec']['alertPolicies'][number];
const policiesOf = (placed: readonly PlacedRule[], at: PlacedRule, given: GivenPolicy, path: Path): BurnPolicy[] => {
  const policy = inlineOrNamed(placed, at, path, 'AlertPolicy', undefined, given, given.alertPolicyRef);
  return policy.spec.conditions.map((condition, i) => {
    const where = [...policy.path, 'conditions', i];
    const { spec } = inlineOrNamed(
      placed,
      policy.in,
      where,
      'AlertCondition',
      undefined,
      condition,
      condition.conditionRef,
    );
    // `op` is not looked at: there is no alert on a budget that burns too slowly.
    const { threshold, lookbackWindow, alertAfter = 0 } = spec.condition;
    return {
      severity: isPage.test(spec.severity) ? 'page' : 'ticket',
      burn: threshold,
      longMs: lookbackWindow,
      shortMs: Math.max(60_000, lookbackWindow / shortShare),
      forMs: alertAfter,
    };
  });
};

type Objective = OpenSloOf<'SLO'>['spec']['objectives'][number];
const indicatorOf = (
  placed: readonly PlacedRule[],
  sli: Found<SliSpec>,
  service: string,
  { op, value }: Objective,
  objective: { readonly at: PlacedRule; readonly path: Path },
): SloIndicator => {
  const source = (metric: Metric, ...steps: readonly string[]): SloSource =>
    sourceOf(placed, sli, metric, [...sli.path, ...steps, 'metricSource'], service);
  const { thresholdMetric, ratioMetric } = sli.spec;
  if (thresholdMetric !== undefined) {
    if (op === undefined || value === undefined)
      throw new Wrong(objective.at, objective.path, 'an objective on a thresholdMetric needs op and value');
    return { kind: 'threshold', of: source(thresholdMetric, 'thresholdMetric'), op, value };
  }
  const { good, bad, total, raw, rawType } = ratioMetric ?? {};
  if (raw !== undefined && rawType !== undefined)
    return { kind: 'raw', of: source(raw, 'ratioMetric', 'raw'), tells: rawType };
  const part = good ?? bad;
  if (part === undefined || total === undefined)
    throw new Wrong(sli.in, sli.path, 'either total with good or bad, or raw');
  const kind = good === undefined ? 'bad' : 'good';
  return { kind, part: source(part, 'ratioMetric', kind), total: source(total, 'ratioMetric', 'total') };
};

const sourceOf = (
  placed: readonly PlacedRule[],
  sli: Found<SliSpec>,
  { metricSource }: Metric,
  path: Path,
  service: string,
): SloSource => {
  const { metricSourceRef: ref, type, spec } = metricSource;
  const named = placed.find(({ rule }) => rule.kind === 'DataSource' && rule.metadata.name === ref)?.rule;
  if (ref !== undefined && named === undefined)
    throw new Wrong(sli.in, path, `no DataSource "${ref}" is declared`, 'metricSourceRef');
  const of = type ?? (named?.kind === 'DataSource' ? named.spec.type : own);
  if (of.toLowerCase() !== own)
    throw new Wrong(
      sli.in,
      path,
      `metricSource: type "${of}" is not asked: write what to count with type Fenghuo`,
      'type',
    );
  const parsed = sloSource.safeParse(spec);
  if (!parsed.success) {
    const union = parsed.error.issues[0];
    // Of the two forms, the one that was meant: it has `calls` or it has not.
    const isCalls = typeof spec === 'object' && spec !== null && 'calls' in spec;
    const issues = union?.code === 'invalid_union' ? union.errors[isCalls ? 0 : 1] : parsed.error.issues;
    const told = tell(issues?.[0] ?? parsed.error.issues[0]!)[0]!;
    throw new Wrong(sli.in, [...path, 'spec', ...told.path], `metricSource: ${told.message}`, told.key);
  }
  const found = parsed.data;
  if ('calls' in found && (found.calls === 'slow') !== (found.slowerThan !== undefined))
    throw new Wrong(sli.in, [...path, 'spec'], 'metricSource: calls: slow needs slowerThan, and only it');
  return 'calls' in found ? { ...found, service: found.service ?? service } : found;
};
