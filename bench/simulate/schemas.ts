// What the made-up platform's probes announce: twenty key figures a service, those of its edges by address as real callers see them.
import {
  type Column,
  type FrameSchema,
  type RuleBook,
  rule,
  type Stat,
  schemaHash,
  seriesId,
} from '@fenghuo/rules/contract';
import { EDGES, type Node } from './town.ts';

/** Figures of an edge, of a service's own requests, of its process. */
const OF_EDGE = ['p50', 'p99', 'count', 'errors'] as const;
export const FIGURES = EDGES * OF_EDGE.length + 8;

const addressOf = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}:8080`;

export const schemaOf = (nodes: readonly Node[], i: number, incarnation: number): FrameSchema => {
  const node = nodes[i]!;
  const resource = { service: node.name, instance: `${node.name}-1`, host: `host-${Math.floor(i / 20)}` };
  const column = (metric: string, unit: string, of: Column['class'], stat?: Stat, to?: number): Column => {
    const attributes: Record<string, string> = to === undefined ? {} : { 'server.address': addressOf(to) };
    return {
      id: seriesId(resource, metric, stat, attributes),
      metric,
      unit,
      kind: stat === 'count' || unit.startsWith('{e') ? 'delta' : 'gauge',
      class: of,
      ...(stat ? { stat } : {}),
      attributes,
      ...(to === undefined ? {} : { edge: { callee: addressOf(to), protocol: 'http' as const } }),
    };
  };
  const edges = node.calls.flatMap(({ to }) => [
    column('http.client.request.duration', 's', 'latency', 'p50', to),
    column('http.client.request.duration', 's', 'latency', 'p99', to),
    column('http.client.request.duration', 's', 'traffic', 'count', to),
    column('fenghuo.client.errors', '{error}', 'errors', undefined, to),
  ]);
  const columns = [
    ...edges,
    column('http.server.request.duration', 's', 'latency', 'p50'),
    column('http.server.request.duration', 's', 'latency', 'p99'),
    column('http.server.request.duration', 's', 'traffic', 'count'),
    column('fenghuo.server.errors', '{error}', 'errors'),
    column('process.cpu.utilization', '1', 'resource'),
    column('process.memory.usage', 'By', 'resource'),
    column('nodejs.eventloop.delay.p99', 's', 'saturation'),
    column('db.client.connection.count', '{connection}', 'saturation'),
  ];
  const content = { resource, listens: [addressOf(i)], columns };
  return { v: 1, probe: `${node.name}@1`, incarnation, hash: schemaHash(content), ...content };
};

/** What people would have declared: the third parties. The detectors' rules are those of the product. */
export const rulesOf = (nodes: readonly Node[], detectors: RuleBook['detectors']): RuleBook => {
  const topology = rule.parse({
    kind: 'topology',
    entities: nodes.flatMap(({ name, kind }, i) =>
      kind === 'third_party' ? [{ name, kind, addresses: [addressOf(i)] }] : [],
    ),
  });
  if (topology.kind !== 'topology') throw new Error('unreachable: a topology was parsed');
  return { topology, playbooks: [], routes: [], detectors, slos: [], recommendations: [] };
};
