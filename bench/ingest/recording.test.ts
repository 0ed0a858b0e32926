// What is played to the store: figures that change, as many as a probe has.
import { expect, it } from 'vitest';
import { widened } from './recording.ts';

const column = (metric: string) => ({ metric, unit: '1', attributes: {} });
const rows = Array.from({ length: 100 }, (_, tick) => [7, tick, tick % 2]);

it('leaves out what never changes, and takes the rest from further places until it is wide enough', () => {
  const played = widened({ columns: ['limit', 'rising', 'turning'].map(column), rows }, 5);
  expect(played.columns.map(({ metric, attributes }) => `${metric} ${JSON.stringify(attributes)}`)).toEqual([
    'rising {}',
    'turning {}',
    'rising {"part":"1"}',
    'turning {"part":"1"}',
    'rising {"part":"2"}',
  ]);
  expect(played.rows).toHaveLength(100);
  expect(played.rows[90]).toEqual([90, 0, 27, 1, 64]);
  expect(() => widened({ columns: [column('limit')], rows: rows.map(() => [7]) }, 5)).toThrow('ever changed');
});
