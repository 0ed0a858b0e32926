// A recorded case of our own making: the slow callee is named, and names do not matter.
import { expect, test } from 'vitest';
import { accuracyOf, placeOf } from './accuracy.ts';
import { parseCase } from './case.ts';
import { diagnoseCase } from './diagnose-command.ts';

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
