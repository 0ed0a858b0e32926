// What the engine knows of a live series, from its column and its probe's resource.

import { classify } from '@fenghuo/rules/catalog';
import type { Column, DetectorRule, FrameSchema } from '@fenghuo/rules/contract';
import type { Graph } from './graph.ts';
import type { SeriesMeta } from './types.ts';

/** Meta of a column: class and bad direction by the rules, its entity under the name that the graph gives it now. */
export const metaOf = (
  { resource, probe }: FrameSchema,
  column: Column,
  graph: Graph,
  rules: readonly DetectorRule[],
): SeriesMeta => {
  const { service, instance, host } = resource;
  // What a consumer tells of the messages it takes is of its own work.
  const edge = service === undefined || column.edge?.role === 'consumer' ? undefined : column.edge;
  // How often is always traffic, whatever it is that is counted.
  const of = column.stat === 'count' ? 'traffic' : column.class;
  // Room that is left is the other side of what is used.
  const isRoom = of === 'resource' && classify(column.metric, column.unit).bad === 'down';
  return {
    id: column.id,
    entity: edge ? graph.resolve(edge.callee) : (service ?? host ?? probe),
    ...(edge && service !== undefined ? { caller: service } : {}),
    ...(instance === undefined ? {} : { instance }),
    ...(host === undefined ? {} : { host }),
    metric: column.metric,
    ...(column.stat === undefined ? {} : { stat: column.stat }),
    unit: column.unit,
    class: of,
    kind: column.kind,
    bad: isRoom ? 'down' : (rules.find((rule) => rule.class === of)?.bad ?? 'both'),
  };
};
