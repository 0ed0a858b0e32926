// Which columns of a schema have a bound, and which are counters that may stall: by kind, unit, class and OpenTelemetry's way to name a limit.
import type { Column, FrameSchema } from '@fenghuo/rules/contract';
import type { SeriesMeta } from '../types.ts';

/** A column that can fill up: in which direction, and its bound: a column of the same schema or a number. */
export type Bounded = {
  readonly column: number;
  readonly way: 1 | -1;
  readonly bound: { readonly column: number } | number;
};

/** OpenTelemetry names what a thing may grow to `<thing>.limit`; what it takes has the same unit and stands beside it. */
const LIMIT = /[._]limit$/;
/** Of a thing that is divided by state, only what is in use fills it. */
const inUse = (column: Column): boolean =>
  Object.entries(column.attributes).every(([key, value]) => !/(^|[._])state$/.test(key) || value === 'used');

/** The limit says nothing of states: whatever it is divided by must be the same for both. */
const isOf = (limit: Column, column: Column): boolean =>
  limit.unit === column.unit &&
  !LIMIT.test(column.metric) &&
  /^[._]/.test(column.metric.slice(limit.metric.replace(LIMIT, '').length)) &&
  column.metric.startsWith(limit.metric.replace(LIMIT, '')) &&
  Object.entries(limit.attributes).every(([key, value]) => column.attributes[key] === value);

/**
 * Gauges that a bound is known for: a limit beside them, the whole for a share of what may be used up, nothing for room that is left.
 * @param metas what the engine knows of each column
 */
export const boundedOf = ({ columns }: FrameSchema, metas: readonly SeriesMeta[]): Bounded[] => {
  const limits = columns.flatMap((column, at) => (column.kind === 'gauge' && LIMIT.test(column.metric) ? [at] : []));
  return columns.flatMap((column, at): Bounded[] => {
    if (column.kind !== 'gauge' || column.edge !== undefined || column.stat !== undefined) return [];
    if (LIMIT.test(column.metric) || !inUse(column)) return [];
    const meta = metas[at]!;
    if (meta.class === 'resource' && meta.bad === 'down') return [{ column: at, way: -1, bound: 0 }];
    if (meta.class !== 'resource' && meta.class !== 'saturation') return [];
    // The longest name that fits is the nearest.
    const limit = limits
      .filter((of) => isOf(columns[of]!, column))
      .sort((a, b) => columns[b]!.metric.length - columns[a]!.metric.length)[0];
    if (limit !== undefined) return [{ column: at, way: 1, bound: { column: limit } }];
    return meta.class === 'saturation' && column.unit === '1' ? [{ column: at, way: 1, bound: 1 }] : [];
  });
};

/** Counters of a service whose rest would mean something, and the columns that count the calls it takes or makes. */
export const countersOf = (
  { columns, resource }: FrameSchema,
  metas: readonly SeriesMeta[],
): { readonly counters: number[]; readonly calls: number[] } => {
  if (resource.service === undefined) return { counters: [], calls: [] };
  const of = (is: (column: Column, meta: SeriesMeta) => boolean): number[] =>
    columns.flatMap((column, at) => (is(column, metas[at]!) ? [at] : []));
  return {
    counters: of(
      ({ kind, stat, edge }, { class: c, bad }) =>
        kind !== 'gauge' &&
        stat === undefined &&
        edge === undefined &&
        bad !== 'up' &&
        c !== 'errors' &&
        c !== 'latency',
    ),
    calls: of(({ stat, class: c }) => stat === 'count' && (c === 'latency' || c === 'traffic')),
  };
};
