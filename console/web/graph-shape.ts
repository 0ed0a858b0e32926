// What of the live graph is drawn, and where. Pure: places depend on names alone, so nothing jumps while one looks.
import dagre from '@dagrejs/dagre';
import type { LiveGraph, PathStep } from '@fenghuo/rules/contract';

export const nodeSize = { width: 136, height: 46 } as const;

/** Room that an edge's figure takes. */
const labelSize = { width: 62, height: 14 } as const;

/** Entities that call or are called; hosts and bare declarations tell nothing about who waits for whom. */
export const connected = (graph: LiveGraph): LiveGraph => {
  const ends = new Set(graph.edges.flatMap((edge) => [edge.caller, edge.callee]));
  const nodes = graph.nodes.filter((node) => node.kind !== 'host' && ends.has(node.entity));
  const known = new Set(nodes.map((node) => node.entity));
  return { ...graph, nodes, edges: graph.edges.filter((edge) => known.has(edge.caller) && known.has(edge.callee)) };
};

/** The cause, the path from it, and whom the cause's callers could call instead. */
export const involved = (graph: LiveGraph, cause: string | undefined, path: readonly PathStep[]): LiveGraph => {
  const inside = new Set([cause, ...path.flatMap((step) => [step.from, step.to])]);
  const callers = new Set(graph.edges.filter((edge) => edge.callee === cause).map((edge) => edge.caller));
  for (const edge of graph.edges) if (callers.has(edge.caller)) inside.add(edge.callee);
  for (const caller of callers) inside.add(caller);
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => inside.has(node.entity)),
    edges: graph.edges.filter((edge) => inside.has(edge.caller) && inside.has(edge.callee)),
  };
};

/** Two graphs of one shape have the same entities and edges, whatever their figures. */
export const shapeOf = (graph: LiveGraph): string =>
  `${graph.nodes.map((node) => node.entity).join()}|${graph.edges.map((edge) => `${edge.caller}>${edge.callee}`).join()}`;

/** Top left corner of each entity, callers left (or above) of callees. */
export const places = (
  graph: LiveGraph,
  direction: 'LR' | 'TB',
): ReadonlyMap<string, { readonly x: number; readonly y: number }> => {
  const g = new dagre.graphlib.Graph()
    .setGraph({ rankdir: direction, nodesep: 16, ranksep: direction === 'LR' ? 48 : 36 })
    .setDefaultEdgeLabel(() => ({ ...labelSize }));
  for (const { entity } of graph.nodes) g.setNode(entity, { ...nodeSize });
  for (const { caller, callee } of graph.edges) g.setEdge(caller, callee);
  dagre.layout(g);
  return new Map(
    g
      .nodes()
      .map((name: string) => [
        name,
        { x: g.node(name).x - nodeSize.width / 2, y: g.node(name).y - nodeSize.height / 2 },
      ]),
  );
};

/** A name that fits: of an address only the port tells one from another. */
export const shortName = (name: string): string => /^[\d.]+:(\d+)$/.exec(name)?.[1]?.replace(/^/, ':') ?? name;
