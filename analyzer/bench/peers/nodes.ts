// One series a service and class: what CIRCA and the random walks take for a service's latency, errors, traffic and saturation.
import { mean, standardDeviation } from 'simple-statistics';
import { type Column, type Observed, present } from './observed.ts';

export type Node = {
  readonly service: string;
  readonly kind: 'traffic' | 'saturation' | 'latency' | 'errors';
  /** Mean of the standardised columns, row by row; 0 where all are missing. */
  readonly before: Float64Array;
  readonly after: Float64Array;
};

const kindOf = (of: Column['class']): Node['kind'] | undefined =>
  of === 'resource' ? 'saturation' : of === 'business' ? undefined : of;

const standardised = (column: Column): { readonly before: Float64Array; readonly after: Float64Array } => {
  const healthy = [...present(column.before)];
  const [middle, spread] = [mean(healthy), standardDeviation(healthy) || 1];
  // Less of what should be high is bad like more of what should be low.
  const z = (value: number): number => ((column.bad === 'down' ? -1 : 1) * (value - middle)) / spread;
  return { before: column.before.map(z), after: column.after.map(z) };
};

const meanOf = (rows: readonly Float64Array[]): Float64Array =>
  (rows[0] ?? new Float64Array()).map((_, i) => {
    const told = rows.flatMap((row) => (Number.isNaN(row[i]!) ? [] : [row[i]!]));
    return told.length === 0 ? 0 : mean(told);
  });

export const nodesOf = ({ columns }: Observed): Node[] => {
  const groups = new Map<string, Column[]>();
  for (const column of columns) {
    const kind = kindOf(column.class);
    if (kind === undefined) continue;
    const key = `${column.service}\u0000${kind}`;
    groups.set(key, [...(groups.get(key) ?? []), column]);
  }
  return [...groups.values()].map((group) => {
    const scaled = group.map(standardised);
    return {
      service: group[0]!.service,
      kind: kindOf(group[0]!.class)!,
      before: meanOf(scaled.map(({ before }) => before)),
      after: meanOf(scaled.map(({ after }) => after)),
    };
  });
};
