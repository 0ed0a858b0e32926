// Who calls whom, laid out from callers to callees; the cause in red, what suffers from it in amber, the path between them bold.
import dagre from '@dagrejs/dagre';
import type { LiveGraph, PathStep } from '@fenghuo/rules/contract';
import {
  Background,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import { useEffect, useMemo } from 'react';
import '@xyflow/react/dist/style.css';
import { value } from './format.ts';

type Entity = Node<
  {
    readonly name: string;
    readonly kind: string;
    readonly telemetry: string;
    readonly role: 'cause' | 'suffers' | 'well';
  },
  'entity'
>;
const WIDTH = 132;
const HEIGHT = 46;

const EntityNode = ({ data }: NodeProps<Entity>) => (
  <div
    className={`node ${data.role} ${data.telemetry}`}
    data-testid="graph-node"
    data-role={data.role}
    data-entity={data.name}
  >
    <Handle type="target" position={Position.Left} />
    <b>{data.name}</b>
    <small>{data.kind.replace('_', ' ')}</small>
    <Handle type="source" position={Position.Right} />
  </div>
);
const nodeTypes = { entity: EntityNode };

/** Places are worked out again only when the set of entities or edges changes, so nothing jumps while one looks. */
const layout = (graph: LiveGraph): ReadonlyMap<string, { x: number; y: number }> => {
  const g = new dagre.graphlib.Graph()
    .setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 60 })
    .setDefaultEdgeLabel(() => ({}));
  for (const { entity } of graph.nodes) g.setNode(entity, { width: WIDTH, height: HEIGHT });
  for (const { caller, callee } of graph.edges) g.setEdge(caller, callee);
  dagre.layout(g);
  return new Map(
    g.nodes().map((name: string) => [name, { x: g.node(name).x - WIDTH / 2, y: g.node(name).y - HEIGHT / 2 }]),
  );
};

const Fit = ({ of }: { readonly of: string }) => {
  const { fitView } = useReactFlow();
  useEffect(() => {
    const timer = setTimeout(() => void fitView({ padding: 0.05 }), of.length > 0 ? 30 : 0);
    return () => clearTimeout(timer);
  }, [fitView, of]);
  return null;
};

const Graph = ({
  graph,
  cause,
  path,
}: {
  readonly graph: LiveGraph;
  readonly cause: string | undefined;
  readonly path: readonly PathStep[];
}) => {
  const called = graph.nodes.filter(
    (node) =>
      node.kind !== 'host' && graph.edges.some((edge) => edge.caller === node.entity || edge.callee === node.entity),
  );
  const shown = { ...graph, nodes: called };
  const shape = `${called.map((n) => n.entity).join()}|${graph.edges.map((e) => `${e.caller}>${e.callee}`).join()}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape says when the layout must change
  const places = useMemo(() => layout(shown), [shape]);
  const suffering = new Set(path.map((step) => step.to));
  const nodes: Entity[] = called.map((node) => ({
    id: node.entity,
    type: 'entity',
    position: places.get(node.entity) ?? { x: 0, y: 0 },
    data: {
      name: node.entity,
      kind: node.kind,
      telemetry: node.telemetry,
      role: node.entity === cause ? 'cause' : suffering.has(node.entity) || node.anomaly > 0.9 ? 'suffers' : 'well',
    },
  }));
  const edges = graph.edges.map((edge) => {
    const onPath = path.some((step) => step.from === edge.callee && step.to === edge.caller);
    const colour = onPath || edge.anomaly > 0.9 ? '#f0603e' : '#4a5a70';
    return {
      id: `${edge.caller}>${edge.callee}`,
      source: edge.caller,
      target: edge.callee,
      animated: onPath,
      style: { stroke: colour, strokeWidth: onPath ? 3 : 1.4 },
      markerEnd: { type: MarkerType.ArrowClosed, color: colour },
      ...(edge.p50 === null
        ? {}
        : {
            label: value(edge.p50, 's'),
            labelStyle: { fill: '#a9b8cc', fontSize: 10 },
            labelBgStyle: { fill: '#0d1420' },
          }),
    };
  });
  return (
    <div className="graph">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        fitView
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        proOptions={{ hideAttribution: true }}
        colorMode="dark"
      >
        <Background gap={24} color="#182233" />
        <Fit of={shape} />
      </ReactFlow>
    </div>
  );
};
export default Graph;
