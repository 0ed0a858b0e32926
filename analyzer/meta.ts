// What the engine knows of a live series, from its column and its probe's resource.

import { classify } from '@fenghuo/rules/catalog';
import type { Column, DetectorRule, FrameSchema } from '@fenghuo/rules/contract';
import type { Graph } from './graph.ts';
import type { SeriesMeta } from './types.ts';

/** Whether a unit is of things that are counted: UCUM annotates what they are, {message} say. */
export const isOfThings = (unit: string): boolean => /^\{.+\}$/.test(unit);

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
  const byName = classify(column.metric, column.unit);
  // How often is always traffic, whatever it is that is counted; so is how many went well, whoever calls it the other side of errors.
  const isTraffic = column.stat === 'count' || (column.class === 'errors' && byName.class === 'traffic');
  const of = isTraffic ? 'traffic' : column.class;
  // Room that is left is the other side of what is used, and what went well of what failed.
  const isOtherSide = of === byName.class && (of === 'resource' || of === 'errors') && byName.bad === 'down';
  return {
    id: column.id,
    entity: edge ? graph.resolve(edge.callee) : (service ?? host ?? probe),
    ...(edge && service !== undefined ? { caller: service } : {}),
    ...(edge?.operation === undefined ? {} : { operation: edge.operation }),
    ...(instance === undefined ? {} : { instance }),
    ...(host === undefined ? {} : { host }),
    metric: column.metric,
    ...(column.stat === undefined ? {} : { stat: column.stat }),
    unit: column.unit,
    class: of,
    kind: column.kind,
    bad: isOtherSide ? 'down' : (rules.find((rule) => rule.class === of)?.bad ?? 'both'),
  };
};
