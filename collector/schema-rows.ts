// Announced schemas as the store keeps them: which series the places of their frames are, and what is known of each series.
import { type FrameSchema, hash64 } from '@fenghuo/rules/contract';
import { RowBinary } from './store/row-binary.ts';

export const SCHEMA_COLUMNS = 'probe, schema, ids, told';

/** Rows of `schemas`, as RowBinary: one a schema. */
export const schemaRows = (schemas: readonly FrameSchema[], atMs: number): Uint8Array => {
  const rows = new RowBinary();
  for (const { probe, hash, columns } of schemas)
    rows
      .uint64(hash64(probe))
      .uint64(hash)
      .array(columns, ({ id }) => rows.uint64(id))
      .seconds(atMs);
  return rows.done();
};

export const SERIES_COLUMNS =
  'series, metric, unit, kind, class, stat, attributes, probe, service, instance, host, caller, callee, protocol, announced';

/** Rows of the series dictionary, as RowBinary: one a column of each schema. */
export const seriesRows = (schemas: readonly FrameSchema[], atMs: number): Uint8Array => {
  const rows = new RowBinary();
  for (const { probe, resource, columns } of schemas) {
    const { service = '', instance = '', host = '' } = resource;
    for (const { id, metric, unit, kind, class: of, stat = '', attributes, edge } of columns)
      rows
        .uint64(id)
        .text(metric)
        .text(unit)
        .text(kind)
        .text(of)
        .text(stat)
        .map(attributes)
        .text(probe)
        .text(service)
        .text(instance)
        .text(host)
        .text(edge === undefined ? '' : service)
        .text(edge?.callee ?? '')
        .text(edge?.protocol ?? '')
        .millis(atMs);
  }
  return rows.done();
};
