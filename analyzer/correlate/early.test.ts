// Calls that wait together where few ever do: a tick before one of them is old, that is a first sign of a callee that answers nobody.
import { expect, it } from 'vitest';
import { Graph } from '../graph.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { Watch } from '../watch.ts';
import { mayOpenEarly } from './early.ts';

const toDesk = { edge: { callee: 'desk', protocol: 'http' } } as const;
const shop = probeOf('shop', [
  { ...toDesk, metric: 'http.client.request.duration', unit: 's', kind: 'delta', class: 'traffic', stat: 'count' },
  { ...toDesk, metric: 'fenghuo.client.active_requests', unit: '{request}', class: 'saturation' },
  { ...toDesk, metric: 'fenghuo.client.oldest_request.age', unit: 's', class: 'latency', stat: 'max' },
]);
type Tick = readonly [calls: number, waiting: number, oldestS: number];

/** Whether an early look may open after four minutes of eight calls a second, `before`, and a tick in which the first of them was old. */
const mayOpen = (before: Tick): boolean => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(shop.schema, 0);
  const calm = Array.from({ length: 240 }, (_, i): Tick => [8, i % 9 === 0 ? 1 : 0, 0]);
  const look: Tick = [3, 14, 2.2];
  for (const [i, tick] of [...calm, before, [4, 12, 1.7] as const, look].entries())
    watch.push(shop.frame(i + 1, ...tick), (i + 1) * 1_000);
  const age = [...watch.series.values()].find(({ meta }) => meta.unit === 's' && meta.class === 'latency')!;
  return mayOpenEarly(watch, age, 1, 0);
};

it('may be opened for by an early look one whole tick after they waited together', () => {
  expect(mayOpen([4, 8, 0])).toBe(true);
});

it('may not where no more waited than by chance, or those of a crowd', () => {
  expect(mayOpen([8, 1, 0])).toBe(false);
  expect(mayOpen([32, 8, 0])).toBe(false);
});
