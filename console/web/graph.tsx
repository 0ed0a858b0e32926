// Who calls whom, laid out from callers to callees; the cause, what suffers from it and the path between them stand out by shape and word, not by colour alone.
import type { LiveGraph, PathStep } from '@fenghuo/rules/contract';
import {
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useStore as useFlow,
  useReactFlow,
} from '@xyflow/react';
import { memo, useEffect, useMemo } from 'react';
import { useLocation } from 'wouter';
import '@xyflow/react/dist/style.css';
import { value } from './format.ts';
import { connected, nodeSize, places, shapeOf, shortName } from './graph-shape.ts';
import { type Lang, t, term } from './lang.ts';
import { useNarrow, useScheme } from './scheme.ts';

type Role = 'cause' | 'suffers' | 'well';
type Entity = Node<
  {
    readonly name: string;
    readonly says: string;
    readonly telemetry: string;
    readonly role: Role;
    readonly across: boolean;
  },
  'entity'
>;
/** Sure enough that a figure is out of its band. */
const SURE = 0.9;

const EntityNode = ({ data }: NodeProps<Entity>) => (
  <div
    className={`node ${data.role} ${data.telemetry}`}
    data-testid="graph-node"
    data-role={data.role}
    data-entity={data.name}
    title={data.name}
  >
    <Handle type="target" position={data.across ? Position.Left : Position.Top} />
    <b>{shortName(data.name)}</b>
    <small>{data.says}</small>
    <Handle type="source" position={data.across ? Position.Right : Position.Bottom} />
  </div>
);
const nodeTypes = { entity: EntityNode };

/** Keeps the whole graph in view when its shape or its box changes. */
const Fit = ({ of }: { readonly of: string }) => {
  const { fitView } = useReactFlow();
  const box = useFlow((flow) => `${flow.width}x${flow.height}`);
  useEffect(() => {
    const timer = setTimeout(() => void fitView({ padding: 0.04, maxZoom: 1.25 }), of.length + box.length > 0 ? 30 : 0);
    return () => clearTimeout(timer);
  }, [fitView, of, box]);
  return null;
};

const edgeOf = (edge: LiveGraph['edges'][number], path: readonly PathStep[]): Edge => {
  const onPath = path.some((step) => step.from === edge.callee && step.to === edge.caller);
  const isBad = onPath || edge.anomaly > SURE;
  const colour = isBad ? 'var(--bad)' : 'var(--edge)';
  const errors = edge.errorRatio > 0.01 ? ` ✕${(edge.errorRatio * 100).toFixed(0)}%` : '';
  return {
    id: `${edge.caller}>${edge.callee}`,
    source: edge.caller,
    target: edge.callee,
    animated: onPath,
    zIndex: onPath ? 1 : 0,
    style: { stroke: colour, strokeWidth: onPath ? 3 : 1.3 },
    markerEnd: { type: MarkerType.ArrowClosed, color: colour },
    ...(edge.p50 === null
      ? {}
      : {
          label: `${value(edge.p50, 's')}${errors}`,
          labelStyle: {
            fill: isBad ? 'var(--text)' : 'var(--muted)',
            fontSize: isBad ? 12 : 11,
            fontWeight: isBad ? 700 : 400,
          },
          labelBgStyle: { fill: 'var(--sunk)' },
        }),
  };
};

type Props = {
  readonly graph: LiveGraph;
  readonly cause: string | undefined;
  readonly path: readonly PathStep[];
  readonly lang: Lang;
};

const Graph = memo(({ graph: given, cause, path, lang }: Props) => {
  const narrow = useNarrow();
  const [, navigate] = useLocation();
  const scheme = useScheme();
  const graph = connected(given);
  const shape = shapeOf(graph);
  // A narrow page has height to spare, no width; a few entities still fit beside each other.
  const across = !narrow || graph.nodes.length > 8;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape says when the layout must change
  const at = useMemo(() => places(graph, across ? 'LR' : 'TB'), [shape, across]);
  const suffering = new Set(path.map((step) => step.to));
  const roleOf = (node: LiveGraph['nodes'][number]): Role =>
    node.entity === cause ? 'cause' : suffering.has(node.entity) || node.anomaly > SURE ? 'suffers' : 'well';
  const nodes: Entity[] = graph.nodes.map((node) => {
    const role = roleOf(node);
    const word = role === 'well' ? '' : ` · ${t(lang, role === 'cause' ? 'isCause' : 'whoSuffers')}`;
    return {
      id: node.entity,
      type: 'entity',
      position: at.get(node.entity) ?? { x: 0, y: 0 },
      ...nodeSize,
      data: { name: node.entity, says: `${term(lang, node.kind)}${word}`, telemetry: node.telemetry, role, across },
    };
  });
  const spoken = [cause, ...path.map((step) => step.to)].filter((name) => name !== undefined).join(' → ');
  return (
    <div className="graph" role="img" aria-label={`${t(lang, 'services')}. ${spoken}`}>
      <ReactFlowProvider>
        <ReactFlow
          nodes={nodes}
          edges={graph.edges.map((edge) => edgeOf(edge, path))}
          nodeTypes={nodeTypes}
          fitView
          minZoom={0.15}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          onNodeClick={(_, { id }) => navigate(`/services/${encodeURIComponent(id)}`)}
          zoomOnScroll={false}
          preventScrolling={false}
          panOnDrag={!narrow}
          proOptions={{ hideAttribution: true }}
          colorMode={scheme}
        >
          <Fit of={shape} />
        </ReactFlow>
      </ReactFlowProvider>
    </div>
  );
});
export default Graph;
