// Announced schemas as the store keeps them: which series the places of their frames are, and what is known of each series.
import { type FrameSchema, hash64 } from '@fenghuo/rules/contract';
import { type Column, nativeBlock } from './native.ts';
import { Ids, Names, Texts } from './store/text-columns.ts';

export const SCHEMA_COLUMNS = 'probe, schema, ids, told';

/** Rows of `schemas`, as a Native block: one a schema. */
export const schemaRows = (schemas: readonly FrameSchema[], atMs: number): readonly Uint8Array[] => {
  const [probe, schema, all] = [new Ids(schemas.length), new Ids(schemas.length), new Ids(columnsOf(schemas))];
  const ends = new BigUint64Array(schemas.length);
  let end = 0;
  for (const [i, one] of schemas.entries()) {
    end += one.columns.length;
    ends[i] = BigInt(end);
    probe.add(hash64(one.probe));
    schema.add(one.hash);
    for (const { id } of one.columns) all.add(id);
  }
  return nativeBlock(schemas.length, [
    ['probe', 'UInt64', probe.data()],
    ['schema', 'UInt64', schema.data()],
    ['ids', 'Array(UInt64)', ends, all.data()],
    ['told', 'DateTime', new Uint32Array(schemas.length).fill(Math.floor(atMs / 1_000))],
  ]);
};

export const SERIES_COLUMNS =
  'series, metric, unit, kind, class, stat, attributes, probe, service, instance, host, caller, callee, protocol, announced';

/** Rows of the series dictionary, as a Native block: one a column of each schema. */
export const seriesRows = (schemas: readonly FrameSchema[], atMs: number): readonly Uint8Array[] => {
  const rows = columnsOf(schemas);
  if (rows === 0) return [];
  const [series, ends] = [new Ids(rows), new BigUint64Array(rows)];
  const [metric, unit, kind, of, stat] = [new Names(), new Names(), new Names(), new Names(), new Names()];
  const [service, host, protocol, keys] = [new Names(), new Names(), new Names(), new Names()];
  const [probe, instance, caller, callee, values] = [new Texts(), new Texts(), new Texts(), new Texts(), new Texts()];
  let [row, pairs] = [0, 0];
  for (const one of schemas) {
    const { resource, columns } = one;
    for (const column of columns) {
      series.add(column.id);
      metric.add(column.metric);
      unit.add(column.unit);
      kind.add(column.kind);
      of.add(column.class);
      stat.add(column.stat ?? '');
      for (const key of Object.keys(column.attributes)) {
        keys.add(key);
        values.add(column.attributes[key] ?? '');
        pairs++;
      }
      ends[row++] = BigInt(pairs);
      caller.add(column.edge === undefined ? '' : (resource.service ?? ''));
      callee.add(column.edge?.callee ?? '');
      protocol.add(column.edge?.protocol ?? '');
    }
    probe.repeat(one.probe, columns.length);
    service.repeat(resource.service ?? '', columns.length);
    instance.repeat(resource.instance ?? '', columns.length);
    host.repeat(resource.host ?? '', columns.length);
  }
  const texts = (name: string, of: Texts): Column => [name, 'String', of.data()];
  return nativeBlock(rows, [
    ['series', 'UInt64', series.data()],
    metric.column('metric'),
    unit.column('unit'),
    kind.column('kind'),
    of.column('class'),
    stat.column('stat'),
    ['attributes', 'Map(LowCardinality(String), String)', Names.prefix(), ends, ...keys.data(), values.data()],
    texts('probe', probe),
    service.column('service'),
    texts('instance', instance),
    host.column('host'),
    texts('caller', caller),
    texts('callee', callee),
    protocol.column('protocol'),
    ['announced', 'DateTime64(3)', new BigUint64Array(rows).fill(BigInt(Math.floor(atMs)))],
  ]);
};

const columnsOf = (schemas: readonly FrameSchema[]): number =>
  schemas.reduce((all, { columns }) => all + columns.length, 0);
