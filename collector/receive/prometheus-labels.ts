// Prometheus' labels → resource, metric, attributes: `job` is the service, `instance` the instance; names say kind and unit.
import { classify } from '@fenghuo/rules/catalog';
import { type Column, hash64, type ValueKind } from '@fenghuo/rules/contract';
import { type Described, within } from './describe.ts';

/** What remote-write's metadata says of a metric, where it was sent. */
export type Metadata = { readonly type: number; readonly unit: string };
/** MetricType of the Prometheus protocol. */
export const metricType = { counter: 1, gauge: 2, histogram: 3, summary: 5 } as const;

const units: readonly (readonly [suffix: RegExp, unit: string])[] = [
  [/_seconds(_|$)/, 's'],
  [/_milliseconds(_|$)|_ms(_|$)/, 'ms'],
  [/_bytes(_|$)/, 'By'],
  [/_celsius(_|$)/, 'Cel'],
  [/_percent(_|$)/, '%'],
];
const counted = /_(total|count|sum|bucket)$/;

/** Labels as pairs; `__name__` must be among them. Undefined where it is not. */
export const describeLabels = (
  labels: readonly (readonly [name: string, value: string])[],
  metadata: Metadata | undefined,
): Described | undefined => {
  let name = '';
  let service: string | undefined;
  let instance: string | undefined;
  const attributes: Record<string, string> = {};
  for (const [label, value] of labels) {
    if (label === '__name__') name = value;
    else if (label === 'job') service = within(value, hash64);
    else if (label === 'instance') instance = within(value, hash64);
    else if (label === '__proto__') own(attributes, label, within(value, hash64));
    else attributes[within(label, hash64)] = within(value, hash64);
  }
  if (name === '') return undefined;
  const unit = unitOf(name) ?? (metadata?.unit || '1');
  return {
    resource: { ...(service ? { service } : {}), ...(instance ? { instance } : {}) },
    column: {
      metric: within(name, hash64),
      unit,
      kind: kindOf(name, metadata),
      ...roleOf(name, unit, attributes),
      attributes,
    },
  };
};

/** An assignment to `__proto__` makes no entry. */
const own = (attributes: Record<string, string>, label: string, value: string): void => {
  Object.defineProperty(attributes, label, { value, enumerable: true, configurable: true, writable: true });
};

/** Names whose unit is remembered: a platform has some thousands. Beyond, all are judged anew. */
const NAMES_MAX = 10_000;
const unitsByName = new Map<string, string | undefined>();

/** The unit that a name's words tell. */
const unitOf = (name: string): string | undefined => {
  const known = unitsByName.get(name);
  if (known !== undefined || unitsByName.has(name)) return known;
  if (unitsByName.size >= NAMES_MAX) unitsByName.clear();
  const unit = units.find(([suffix]) => suffix.test(name))?.[1];
  unitsByName.set(name, unit);
  return unit;
};

const kindOf = (name: string, metadata: Metadata | undefined): ValueKind => {
  if (metadata?.type === metricType.gauge) return 'gauge';
  if (metadata?.type === metricType.counter) return 'cumulative';
  return counted.test(name) ? 'cumulative' : 'gauge';
};

/** A histogram's buckets and sums are kept, but only its count says something by itself. */
const roleOf = (
  name: string,
  unit: string,
  attributes: Readonly<Record<string, string>>,
): Pick<Column, 'class' | 'stat'> => {
  if (name.endsWith('_bucket') && 'le' in attributes) return { class: 'resource', stat: 'bucket' };
  if (name.endsWith('_sum')) return { class: 'resource' };
  if (name.endsWith('_count')) return { class: 'traffic' };
  return { class: classify(name, unit).class };
};
