// What a series is, once its labels have been parsed: done when it is first seen, never for a sample.
import { type Column, limits, type Resource, seriesId } from '@fenghuo/rules/contract';

export type Described = { readonly resource: Resource; readonly column: Omit<Column, 'id'> };

const MARK = 17;

/** Text within the contract's limit; what is cut keeps a hash of the whole, so that different texts stay different. */
export const within = (text: string, hash: (text: string) => string): string =>
  text.length <= limits.attributeCharsMax ? text : `${text.slice(0, limits.attributeCharsMax - MARK)}~${hash(text)}`;

/** Groups series that can share a virtual probe. */
export const resourceKey = ({ service, instance, host, namespace, environment, version }: Resource): string =>
  `${service ?? ''}\u0000${instance ?? ''}\u0000${host ?? ''}\u0000${namespace ?? ''}\u0000${environment ?? ''}\u0000${version ?? ''}`;

/** The column with its series id. */
export const columnOf = ({ resource, column }: Described): Column => ({
  id: seriesId(resource, column.metric, column.stat, column.attributes),
  ...column,
});
