// What is announced reads back from a real ClickHouse as it was announced: text of any length and alphabet, no attributes, no columns.
import { startTestClickHouse, type TestClickHouse } from '@fenghuo/kit/testing';
import type { Column, FrameSchema } from '@fenghuo/rules/contract';
import { hash64 } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SCHEMA_COLUMNS, SERIES_COLUMNS, schemaRows, seriesRows } from './schema-rows.ts';
import type { Store } from './store/index.ts';
import { openTestStore } from './testing/store.ts';

let clickhouse: TestClickHouse;
let store: Store;

beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  store = await openTestStore(clickhouse);
}, 60_000);
afterAll(async () => {
  await store.close();
  await clickhouse.stop();
});

const texts = [0, 1, 42, 43, 63, 64, 65, 127, 128, 256].flatMap((n) => [
  'x'.repeat(n),
  '烽'.repeat(n),
  `é${'x'.repeat(n)}`,
]);

const schemaOf = (probe: string, columns: readonly Partial<Column>[], service?: string): FrameSchema => ({
  v: 1,
  probe,
  incarnation: 1,
  hash: hash64(`schema ${probe}`),
  resource: service === undefined ? { host: probe } : { service, instance: `${service}-1` },
  listens: [],
  columns: columns.map((column, i) => ({
    id: hash64(`${probe} ${i}`),
    metric: 'm',
    unit: '1',
    kind: 'gauge' as const,
    class: 'resource' as const,
    attributes: {},
    ...column,
  })),
});

const schemas: readonly FrameSchema[] = [
  schemaOf('plain', [{}, { stat: 'p99', kind: 'delta', class: 'latency' }]),
  schemaOf('empty', []),
  schemaOf(
    '烽火@1',
    texts.map((text) => ({ metric: text, unit: text, attributes: { [text]: text, other: text } })),
    'order',
  ),
  schemaOf('edges', [{ edge: { callee: 'bank-a', protocol: 'http' }, id: 'ffffffff00000001' }], 'payment'),
];

it('reads back as it was announced', async () => {
  const atMs = 1_800_000_000_123;
  await store.insertBlock('schemas', SCHEMA_COLUMNS, schemaRows(schemas, atMs), 'schemas');
  await store.insertBlock('series', SERIES_COLUMNS, seriesRows(schemas, atMs), 'series');

  const ids = await store.rows<{ probe: string; schema: string; ids: string[]; told: number }>(
    "SELECT lower(hex(probe)) AS probe, lower(hex(schema)) AS schema, arrayMap(i -> lower(leftPad(hex(i), 16, '0')), ids) AS ids, toUnixTimestamp(told) AS told FROM schemas",
  );
  const byProbe = new Map(ids.map((row) => [row.probe.padStart(16, '0'), row]));
  for (const schema of schemas) {
    const row = byProbe.get(hash64(schema.probe));
    expect(row?.schema.padStart(16, '0')).toBe(schema.hash);
    expect(row?.ids).toEqual(schema.columns.map(({ id }) => id));
    expect(row?.told).toBe(1_800_000_000);
  }

  const rows = await store.rows<Record<string, unknown>>(
    `SELECT lower(leftPad(hex(series), 16, '0')) AS id, ${SERIES_COLUMNS.replace('series, ', '').replace('announced', 'toUnixTimestamp64Milli(announced) AS atMs')} FROM series`,
  );
  const stored = new Map(rows.map((row) => [row.id, row]));
  expect(stored.size).toBe(schemas.flatMap(({ columns }) => columns).length);
  for (const { probe, resource, columns } of schemas)
    for (const { id, metric, unit, kind, class: of, stat = '', attributes, edge } of columns)
      expect(stored.get(id)).toEqual({
        ...{ id, metric, unit, kind, class: of, stat, attributes, probe, atMs: String(atMs) },
        service: resource.service ?? '',
        instance: resource.instance ?? '',
        host: resource.host ?? '',
        caller: edge === undefined ? '' : (resource.service ?? ''),
        callee: edge?.callee ?? '',
        protocol: edge?.protocol ?? '',
      });
});

it('takes announcements none of which has attributes, or columns', async () => {
  const [bare, none] = [schemaOf('bare', [{}, {}]), schemaOf('none', [])];
  expect(seriesRows([none], 0)).toEqual([]);
  await store.insertBlock('series', SERIES_COLUMNS, seriesRows([bare], 0), 'bare');
  await store.insertBlock('schemas', SCHEMA_COLUMNS, schemaRows([none], 0), 'none');
  const [row] = await store.rows<{ n: string; pairs: string }>(
    "SELECT count() AS n, sum(length(attributes)) AS pairs FROM series WHERE probe = 'bare'",
  );
  expect(row).toEqual({ n: '2', pairs: '0' });
});
