// What the engine takes a live column for, whatever its sender calls it.
import type { Column } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { Graph } from './graph.ts';
import { metaOf } from './meta.ts';
import { randomNames, rulesFor } from './testing/platform.ts';
import { probeOf } from './testing/probe.ts';

const rules = rulesFor(randomNames(1));
const taken = (column: Partial<Column>) => {
  const { schema } = probeOf('shop', [column]);
  const { class: of, bad } = metaOf(schema, schema.columns[0]!, new Graph(rules.topology), rules.detectors);
  return [of, bad];
};

it('takes a count of what went well for traffic: five times as many in a surge are no five times as many errors', () =>
  expect(taken({ metric: 'shop.payments.successes', unit: '{payment}', kind: 'delta', class: 'errors' })).toEqual([
    'traffic',
    rules.detectors.find((rule) => rule.class === 'traffic')?.bad ?? 'both',
  ]));

it('takes a share of what went well for the other side of errors, and room for the other side of use', () => {
  expect(taken({ metric: 'shop.availability', unit: '%', class: 'errors' })).toEqual(['errors', 'down']);
  expect(taken({ metric: 'shop.failures', unit: '{error}', kind: 'delta', class: 'errors' })).toEqual(['errors', 'up']);
  expect(taken({ metric: 'disk.free', unit: 'By', class: 'resource' })).toEqual(['resource', 'down']);
});
