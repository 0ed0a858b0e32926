// Which columns of a schema an objective counts, and what a frame adds to it: calls as the callers see them, failed, slow, or any metric.
import type { Column, FrameSchema, Slo, SloSource } from '@fenghuo/rules/contract';

/** What one frame adds to an objective: good events and all events. */
export type Counted = { readonly good: number; readonly all: number };
/** Reads a frame's values; undefined where it says nothing about the objective. */
export type Feed = (values: Float64Array) => Counted | undefined;
/** The entity behind a callee as a probe named it. */
export type Resolve = (callee: string) => string;

/** Reads one number off a frame: how many events, or a measured value; NaN where there is none. */
type Read = (values: Float64Array) => number;

/** Feeds of an objective in frames of this schema. `isCalled`: somebody with a probe calls the entity, so that its own count is not needed. */
export const feedsOf = (
  slo: Slo,
  schema: FrameSchema,
  resolve: Resolve,
  isCalled: (entity: string) => boolean,
): Feed[] => {
  const read = (source: SloSource): Read[] => readsOf(source, schema, resolve, isCalled);
  const { indicator } = slo;
  const each = (source: SloSource, make: (value: number) => Counted): Feed[] =>
    read(source).map((one) => (values) => {
      const value = one(values);
      return Number.isNaN(value) ? undefined : make(value);
    });
  switch (indicator.kind) {
    case 'good':
      return [
        ...each(indicator.part, (value) => ({ good: value, all: 0 })),
        ...each(indicator.total, (value) => ({ good: 0, all: value })),
      ];
    case 'bad':
      return [
        ...each(indicator.part, (value) => ({ good: -value, all: 0 })),
        ...each(indicator.total, (value) => ({ good: value, all: value })),
      ];
    case 'raw':
      return each(indicator.of, (value) => ({ good: indicator.tells === 'success' ? value : 1 - value, all: 1 }));
    case 'threshold':
      return each(indicator.of, (value) => ({ good: stands(value, indicator.op, indicator.value) ? 1 : 0, all: 1 }));
  }
};

const stands = (value: number, op: 'lte' | 'gte' | 'lt' | 'gt', bound: number): boolean =>
  ({ lte: value <= bound, gte: value >= bound, lt: value < bound, gt: value > bound })[op];

const readsOf = (
  source: SloSource,
  schema: FrameSchema,
  resolve: Resolve,
  isCalled: (entity: string) => boolean,
): Read[] => {
  const at = (is: (column: Column) => boolean): number[] =>
    schema.columns.flatMap((column, i) => (column.stat !== 'bucket' && is(column) ? [i] : []));
  const plain = (indices: readonly number[]): Read[] => indices.map((i) => (values) => values[i] ?? Number.NaN);
  if ('metric' in source)
    return plain(
      at(
        (column) =>
          column.metric === source.metric &&
          (source.stat === undefined
            ? column.stat === undefined || column.stat === 'count'
            : column.stat === source.stat) &&
          (source.service === undefined || source.service === schema.resource.service) &&
          Object.entries(source.attributes).every(([key, value]) => column.attributes[key] === value),
      ),
    );
  const { service = '', caller } = source;
  // Whoever is called is judged by its callers: a server that crashed counts no failure of its own.
  const ofEdge = ({ edge }: Column): boolean =>
    edge !== undefined &&
    resolve(edge.callee) === service &&
    (caller === undefined || caller === schema.resource.service);
  const ofServer = ({ edge, metric }: Column): boolean =>
    edge === undefined &&
    caller === undefined &&
    schema.resource.service === service &&
    !isCalled(service) &&
    /(^|[._])server[._]/.test(metric);
  const mine = (column: Column): boolean => ofEdge(column) || ofServer(column);
  if (source.calls === 'failed')
    return plain(at((column) => mine(column) && column.class === 'errors' && column.stat === undefined));
  const counts = at((column) => mine(column) && column.stat === 'count');
  if (source.calls === 'all') return plain(counts);
  const boundS = (source.slowerThan ?? 0) / 1_000;
  return counts.map((i) => slow(schema, i, boundS));
};

const quantiles = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['max', 1],
] as const;
const perSecond: Readonly<Record<string, number>> = { s: 1, ms: 1_000, us: 1e6 };

/** How many of the calls counted in column `count` took longer, read off the quantiles of the same calls. */
const slow = (schema: FrameSchema, count: number, boundS: number): Read => {
  const of = schema.columns[count]!;
  const key = JSON.stringify([of.metric, of.attributes, of.edge ?? null]);
  const points = quantiles.flatMap(([stat, q]) => {
    const i = schema.columns.findIndex(
      (one) => one.stat === stat && JSON.stringify([one.metric, one.attributes, one.edge ?? null]) === key,
    );
    return i < 0 ? [] : [{ i, q }];
  });
  const bound = boundS * (perSecond[of.unit] ?? 1);
  return (values) => {
    const calls = values[count] ?? Number.NaN;
    if (Number.isNaN(calls) || calls <= 0) return calls;
    return (
      calls *
      shareAbove(
        points.map(({ i, q }) => ({ value: values[i] ?? Number.NaN, q })),
        bound,
      )
    );
  };
};

/** Share of a distribution above `bound`: its quantiles joined by straight lines, from 0 up; beyond the last known one nothing is slower. */
export const shareAbove = (
  points: readonly { readonly value: number; readonly q: number }[],
  bound: number,
): number => {
  let [value, q] = [0, 0];
  for (const point of points) {
    if (Number.isNaN(point.value)) continue;
    if (bound < point.value) {
      const between = point.value > value ? (bound - value) / (point.value - value) : 0;
      return 1 - (q + Math.max(0, between) * (point.q - q));
    }
    [value, q] = [point.value, point.q];
  }
  return 0;
};
