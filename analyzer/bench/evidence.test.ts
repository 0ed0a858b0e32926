// A recorded case of our own making: the slow callee is named, and names do not matter.
import { expect, test } from 'vitest';
import { accuracyOf, placeOf } from './accuracy.ts';
import { parseCase } from './case.ts';
import { diagnoseCase } from './diagnose-command.ts';
import { evidenceOf } from './evidence.ts';

const made = (front: string, back: string): ReturnType<typeof parseCase> => {
  const columns = [front, back].map((service, c) => ({ column: `c${c}`, service, metric: 'latency_p50', unit: 's' }));
  const rows = Array.from({ length: 40 }, (_, i) => {
    const noise = 0.001 * ((i * 7) % 5);
    const late = i < 35 ? 0 : 0.7;
    return `${i * 60},${(0.08 + noise + late).toFixed(4)},${(0.05 + noise + late).toFixed(4)}`;
  });
  const head = { id: 'made', stepSeconds: 60, columns, edges: [[front, back]], anomalyStart: 35 * 60 };
  return parseCase(JSON.stringify(head), ['time,c0,c1', ...rows].join('\n'));
};

test('names the callee that made its caller slow, whatever both are called', () => {
  expect(diagnoseCase(made('front', 'back')).ranking[0]?.service).toBe('back');
  expect(diagnoseCase(made('zzz', 'aaa')).ranking[0]?.service).toBe('aaa');
  const scores = (of: ReturnType<typeof made>): number[] => diagnoseCase(of).ranking.map((r) => r.score);
  expect(scores(made('zzz', 'aaa'))).toEqual(scores(made('front', 'back')));
});

test('accuracy counts the first mention of a service, a miss as none', () => {
  const places = [placeOf(['a', 'a', 'b'], ['b']), placeOf([], ['b'])];
  expect(places).toEqual([2, Number.POSITIVE_INFINITY]);
  expect(accuracyOf(places)).toEqual({ cases: 2, ac1: 0, ac3: 0.5, ac5: 0.5, avg5: 0.4 });
});

test('a running total of errors or calls is counted by the step, also over a hole; a level stays one', () => {
  const columns = ['http_requests_errors_total', 'http_requests_total', 'request_duration_p50'].map((metric, c) => ({
    column: `c${c}`,
    service: 'shop',
    metric,
  }));
  const rows = Array.from({ length: 40 }, (_, i) => `${i * 5},${i === 20 ? '' : 3 * i},${100 * i},0.${10 + (i % 5)}`);
  const head = { id: 'made', stepSeconds: 5, columns, edges: [], anomalyStart: 150 };
  const { series } = evidenceOf(parseCase(JSON.stringify(head), ['time,c0,c1,c2', ...rows].join('\n')));
  expect(series.map(({ meta }) => [meta.class, meta.kind, meta.unit])).toEqual([
    ['errors', 'delta', '{count}'],
    ['traffic', 'delta', '{count}'],
    ['latency', 'gauge', ''],
  ]);
  expect(series[0]!.values.at(-1)).toBe(3);
});
