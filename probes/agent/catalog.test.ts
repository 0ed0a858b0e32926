// Whatever this host reports stands in the catalogue, as it is reported.
import { readCatalog } from '@fenghuo/rules/metrics';
import { expect, test } from 'vitest';
import { listMetrics } from './list.ts';
import { meaningOf } from './meaning.ts';

const known = new Map(readCatalog().map((entry) => [entry.name, entry]));
// Words that only the kernel chooses: another version has further ones, which `meaningOf` tells by their family.
const kernels = /^system\.linux\.(network|vm|memory|sockets)\.|^container\.linux\.memory\.events\./;

test('every metric is in the catalogue with the unit, kind and class it is reported with', () => {
  const listed = listMetrics();
  expect(listed.length).toBeGreaterThan(150);
  const wrong = listed.flatMap(({ metric, unit, kind, class: of }) => {
    const entry = known.get(metric);
    if (entry === undefined) return kernels.test(metric) ? [] : [`${metric} is not in rules/metrics/catalog.yaml`];
    const [told, said] = [`${unit} ${kind} ${of}`, `${entry.unit} ${entry.kind} ${entry.class}`];
    return told === said && entry.source === 'host'
      ? []
      : [`${metric}: ${told}, in the catalogue ${said} ${entry.source}`];
  });
  expect(wrong).toEqual([]);
});

test('a counter of another kernel is told by its family', () => {
  expect(meaningOf('system.linux.vm.new_counter')).toBe('Memory management counter of /proc/vmstat: new counter');
  expect(meaningOf('some.other')).toBe('some other');
});
