// What the stages of the engine hand to each other. Pure values: detect → correlate → localise → act.
import type { Anomaly, EntityKind, FaultKind, MetricClass, Stat, ValueKind } from '@fenghuo/rules/contract';

/** What the engine knows of one series: from a schema's column when live, from a column of `case.json` when recorded. */
export type SeriesMeta = {
  /** Series id; unique among the series of a run. */
  readonly id: string;
  /** The entity that the figure speaks of; for an edge's figure the callee. */
  readonly entity: string;
  /** For an edge's figure: the caller. */
  readonly caller?: string;
  /** Of an edge's calls only those of this kind: a statement, a method. */
  readonly operation?: string;
  readonly instance?: string;
  readonly host?: string;
  /** The figure is of the host that the entity runs on, not of the entity alone. */
  readonly ofHost?: boolean;
  readonly metric: string;
  readonly stat?: Stat;
  /** UCUM, `''` where unknown. */
  readonly unit: string;
  readonly class: MetricClass;
  readonly kind: ValueKind;
  /** Direction that is bad for this class and metric, `both` where unknown. */
  readonly bad: 'up' | 'down' | 'both';
};

/** What a series was like before the onset: frozen streaming estimates of its detector. */
export type Baseline = {
  /** Healthy samples behind the estimates; below 3 nothing is known. */
  readonly n: number;
  /** Robust location (seasonal where the series earned it) and scale, in the metric's unit. */
  readonly location: number;
  readonly scale: number;
  readonly mean: number;
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  /** Share of expected samples that were missing, 0..1. */
  readonly missing: number;
};

/** A series in the localiser's eyes: its past in six numbers, its present in full. */
export type SeriesEvidence = {
  readonly meta: SeriesMeta;
  readonly baseline: Baseline;
  /** Samples from a little before the onset until now, ascending; NaN is missing. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** The detector's own word, where it spoke. */
  readonly anomaly?: Anomaly;
};

export type GraphEdge = {
  readonly caller: string;
  readonly callee: string;
  readonly source: 'traffic' | 'declared';
};

/** Everything that the ranking may look at. */
export type Evidence = {
  readonly stepMs: number;
  /** Where known or found; the engine finds it itself when it is not given. */
  readonly onsetMs: number;
  readonly nowMs: number;
  readonly series: readonly SeriesEvidence[];
  readonly edges: readonly GraphEdge[];
  /** Kind of each entity, where the topology or the traffic tells; `service` where it does not. */
  readonly kinds: ReadonlyMap<string, EntityKind>;
  /** Entity → host it runs on. */
  readonly hosts: ReadonlyMap<string, string>;
  /** What was noticed first, and when. */
  readonly alarm?: { readonly entity: string; readonly metric: string; readonly timeMs: number };
  /** Who was called in what raised the alarm, and who called: the one may wait for others, the other told how long it waited itself; nobody where a figure of the business did. */
  readonly felt?: ReadonlySet<string>;
  readonly feltBy?: ReadonlySet<string>;
  readonly events: readonly {
    readonly timeMs: number;
    readonly entity: string;
    readonly kind: string;
    readonly what: string;
  }[];
};

/** One (entity, metric) pair with its place; explain.ts turns it into sentences. */
export type RankedSuspect = {
  readonly entity: string;
  readonly entityKind: EntityKind;
  readonly metric: string;
  readonly score: number;
  /** For the best: kind of the fault as its metrics show it. */
  readonly kind: FaultKind;
  /** Numbers that a reason needs: which series decided, seen, expected, when it began. */
  readonly seen: number;
  readonly expected: number;
  readonly unit: string;
  readonly onsetMs: number;
  readonly caller?: string;
  /** Codes of what counted for and against, strongest first, e.g. `callers_suffer`, `explained_by:payment`, `began_later`. */
  readonly because: readonly { readonly code: string; readonly about?: string; readonly weight: number }[];
  readonly series: readonly SeriesEvidence[];
};

export type Ranking = {
  readonly suspects: readonly RankedSuspect[];
  /** 0..1: how far the first stands out; how sure that makes it `localise/confidence.ts` tells. */
  readonly margin: number;
  /** Propagation from the cause to where customers feel it. */
  readonly path: readonly { readonly from: string; readonly to: string; readonly onsetMs: number }[];
};
