// A recorded case as the methods of the literature see it: columns before and after a known start, the call graph, the alarm. And one tie rule for all.
import { classify } from '@fenghuo/rules/catalog';
import type { MetricClass } from '@fenghuo/rules/contract';
import type { RecordedCase } from '../case.ts';
import { startOf } from '../evidence.ts';

export type Column = {
  readonly service: string;
  readonly metric: string;
  readonly class: MetricClass;
  readonly bad: 'up' | 'down' | 'both';
  /** Values in rows; NaN is missing. */
  readonly before: Float64Array;
  readonly after: Float64Array;
};
export type Observed = {
  readonly columns: readonly Column[];
  readonly callees: ReadonlyMap<string, readonly string[]>;
  readonly alarm?: { readonly service: string; readonly metric: string };
};
/** Methods that follow one metric over all services follow the alarm's; where nothing alarmed, every symptom. */
export const isFollowed = ({ alarm }: Observed, column: Column): boolean =>
  alarm === undefined ? column.class === 'latency' || column.class === 'errors' : column.metric === alarm.metric;

/** A service with its score and the row after the start with which its trouble shows. */
export type Rated = { readonly service: string; readonly score: number; readonly row: number };
export type Peer = {
  readonly name: string;
  /** Whose method this is. */
  readonly source: string;
  readonly rate: (observed: Observed) => readonly Rated[];
};

/** Healthy samples below which a column says nothing. */
const HEALTHY_MIN = 3;

/** Memory counts in whole megabytes, as in RCAEval: the originals take a scale of 0 for 1, which must mean something. */
const isBytes = (unit: string): boolean => unit === 'bytes' || unit === 'By';

export const observed = (recorded: RecordedCase): Observed => {
  const { times, values, stepSeconds, edges, alarm } = recorded;
  const start = startOf(recorded);
  const healthy = times.filter((time) => time + stepSeconds <= start).length;
  const first = times.filter((time) => time < start).length;
  const callees = new Map<string, string[]>();
  for (const [caller, callee] of edges) callees.set(caller, [...(callees.get(caller) ?? []), callee]);
  return {
    columns: recorded.columns.flatMap(({ service, metric, unit = '' }, c) => {
      const told = isBytes(unit) ? values[c]!.map((value) => Math.trunc(value / 1e6)) : values[c]!;
      const before = told.subarray(0, healthy);
      const after = told.subarray(first);
      if (present(before).length < HEALTHY_MIN || present(after).length === 0) return [];
      const { class: of, bad } = classify(metric, unit);
      return [{ service, metric, class: of, bad, before, after }];
    }),
    callees,
    ...(alarm === undefined ? {} : { alarm }),
  };
};

export const present = (values: Float64Array): Float64Array => values.filter((value) => !Number.isNaN(value));

/** Quantile of sorted values, by linear interpolation. */
export const quantile = (sorted: Float64Array, q: number): number => {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  return low + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? low) - low);
};

/** Deviations of all rows after the start, falls where a fall is bad and rises elsewhere (the originals know rises only); a scale of 0 counts as `least`. */
export const deviations = (column: Column, location: number, scale: number, least: number): Float64Array =>
  column.after.map((value) => ((column.bad === 'down' ? -1 : 1) * (value - location)) / (scale > 0 ? scale : least));

/** Greatest of the deviations, and its column's first row beyond three. */
export const ratedBy = (column: Column, z: Float64Array): Rated => {
  let score = 0;
  let row = Number.POSITIVE_INFINITY;
  z.forEach((far, i) => {
    if (far > score) score = far;
    if (far >= 3) row = Math.min(row, i);
  });
  return { service: column.service, score, row };
};

/** Services, best first, each once. Ties fall to the earlier row, then to the order of the columns: the rule by which the product ranks. */
export const inOrder = (rated: readonly Rated[]): string[] => {
  const order = rated.map((one, place) => ({ ...one, place }));
  order.sort((a, b) => (a.score === b.score ? a.row - b.row || a.place - b.place : b.score - a.score));
  return [...new Set(order.filter(({ score }) => score > 0).map(({ service }) => service))];
};
