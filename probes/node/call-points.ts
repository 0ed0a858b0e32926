// The calls of a tick as points: per edge and for the server, then everything starts from zero again. Those of edges can be looked at before it ends.
import type { EdgeRef, Stat } from '@fenghuo/rules/contract';
import { type Calls, type Edge, isSlow } from './calls.ts';
import type { Emit, Point } from './point.ts';
import type { Sketch } from './sketch.ts';

const latencyStats: readonly (readonly [Stat, (sketch: Sketch) => number])[] = [
  ['mean', (s) => s.sum / s.count],
  ['p50', (s) => s.quantile(0.5)],
  ['p90', (s) => s.quantile(0.9)],
  ['p99', (s) => s.quantile(0.99)],
  ['max', (s) => s.max],
];

const latency = (
  emit: Emit,
  metric: string,
  sketch: Sketch,
  attributes: Record<string, string>,
  edge?: EdgeRef,
): void => {
  const of = edge === undefined ? { attributes } : { attributes, edge };
  emit({ metric, unit: 's', kind: 'delta', class: 'traffic', stat: 'count', value: sketch.count, ...of });
  for (const [stat, figure] of latencyStats) {
    emit({
      metric,
      unit: 's',
      kind: 'gauge',
      class: 'latency',
      stat,
      value: sketch.count === 0 ? Number.NaN : figure(sketch),
      ...of,
    });
  }
};

/** Calls of an edge that have no answer yet: how many, how old the oldest that is overdue, how many are, and for how long all of those and half of them have waited. */
const waiting = (
  emit: Emit,
  active: number,
  overdue: readonly number[],
  of: Pick<Point, 'attributes' | 'edge'>,
): void => {
  const metric = 'fenghuo.client.active_requests';
  const gauge = { kind: 'gauge', class: 'saturation', ...of } as const;
  const half = overdue[Math.ceil(overdue.length / 2) - 1] ?? 0;
  emit({ metric, unit: '{request}', ...gauge, value: active });
  emit({
    metric: 'fenghuo.client.oldest_request.age',
    unit: 's',
    ...gauge,
    class: 'latency',
    stat: 'max',
    value: overdue[0] ?? 0,
  });
  emit({ metric: `${metric}.overdue`, unit: '{request}', ...gauge, value: overdue.length });
  const time = { metric: `${metric}.overdue_time`, unit: 's', ...gauge };
  emit({ ...time, stat: 'min', value: overdue.at(-1) ?? 0 });
  emit({ ...time, stat: 'p50', value: half });
};

const bits = (set: number): number => {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
};

/** What is known of an edge's unanswered calls: their ages; undefined where only calls that have ended are known (foreign spans). */
type Overdue = ReturnType<Calls['overdue']> | undefined;

const edgePoints = (edge: Edge, overdue: Overdue, emit: Emit): void => {
  const ref: EdgeRef = { callee: edge.callee, protocol: edge.protocol };
  const attributes = { 'service.peer.name': edge.callee };
  latency(emit, edge.metric, edge.latency, attributes, ref);
  const delta = { kind: 'delta', attributes, edge: ref } as const;
  emit({ metric: 'fenghuo.client.errors', unit: '{error}', class: 'errors', ...delta, value: edge.errors });
  emit({
    metric: 'fenghuo.client.calls.failing_moments',
    unit: '{moment}',
    class: 'traffic',
    ...delta,
    value: bits(edge.failedAt),
  });
  if (overdue !== undefined) waiting(emit, edge.active, overdue.get(edge) ?? [], { attributes, edge: ref });
};

/**
 * Emits how the calls of every edge have fared since the last tick, and leaves them as they are; nothing where none is in trouble: none has failed, waits
 * for longer than the slowest lately took, or took longer.
 */
export const earlyPoints = (calls: Calls, monotonicMs: number, emit: Emit): void => {
  const overdue = calls.overdue(monotonicMs);
  const edges = [...calls.edges.values()];
  const inTrouble = (edge: Edge): boolean => edge.errors > 0 || overdue.has(edge) || isSlow(edge);
  if (edges.some(inTrouble)) for (const edge of edges) edgePoints(edge, overdue, emit);
};

/**
 * Emits and resets what was called and served since the last tick.
 * @param monotonicMs to which moment unanswered calls are aged; undefined where only calls that have ended are known (foreign spans).
 */
export const callPoints = (calls: Calls, monotonicMs: number | undefined, emit: Emit): void => {
  const overdue = monotonicMs === undefined ? undefined : calls.overdue(monotonicMs);
  for (const edge of calls.edges.values()) {
    edgePoints(edge, overdue, emit);
    calls.settle(edge);
  }
  calls.statements.emit(emit);
  for (const source of calls.sources.values()) {
    const edge: EdgeRef = { callee: source.queue, protocol: 'messaging', role: 'consumer' };
    const attributes = { 'service.peer.name': source.queue };
    latency(emit, 'messaging.process.duration', source.latency, attributes, edge);
    emit({
      metric: 'fenghuo.consumer.errors',
      unit: '{error}',
      kind: 'delta',
      class: 'errors',
      attributes,
      edge,
      value: source.errors,
    });
    source.latency.reset();
    source.errors = 0;
  }
  if (!calls.served) return;
  const { server } = calls;
  latency(emit, 'http.server.request.duration', server.latency, {});
  emit({
    metric: 'fenghuo.server.errors',
    unit: '{error}',
    kind: 'delta',
    class: 'errors',
    attributes: {},
    value: server.errors,
  });
  server.latency.reset();
  server.errors = 0;
  if (overdue === undefined) return;
  emit({
    metric: 'http.server.active_requests',
    unit: '{request}',
    kind: 'gauge',
    class: 'saturation',
    attributes: {},
    value: server.active,
  });
};
