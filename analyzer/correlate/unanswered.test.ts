// Calls that have no answer yet: what they are worth over the ticks that they have waited, and what those of the present tick are worth alone.
import { expect, it } from 'vitest';
import { Graph } from '../graph.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { Watch } from '../watch.ts';
import { unanswered } from './unanswered.ts';

const toBank = { edge: { callee: 'bank', protocol: 'http' }, unit: 's' } as const;
const { schema, frame } = probeOf('till', [
  { ...toBank, metric: 'http.client.request.duration', kind: 'delta', class: 'traffic', stat: 'count' },
  { ...toBank, metric: 'http.client.request.duration', class: 'latency', stat: 'p50' },
  { ...toBank, metric: 'fenghuo.client.oldest_request.age', class: 'latency', stat: 'max' },
  { ...toBank, metric: 'http.client.active_requests', unit: '{request}', class: 'saturation' },
  { ...toBank, metric: 'http.client.active_requests.overdue', unit: '{request}', class: 'saturation' },
  { ...toBank, metric: 'http.client.active_requests.overdue_time', class: 'saturation', stat: 'min' },
  { ...toBank, metric: 'http.client.active_requests.overdue_time', class: 'saturation', stat: 'p50' },
]);

type Told = readonly [
  waiting: number,
  oldest: number,
  more?: { readonly ended?: number; readonly overdue?: number; readonly least?: number; readonly half?: number },
];
/** After two healthy minutes of nine calls of 50 ms a second: ticks in which so many calls waited, the oldest so long (s), and what else is told. */
const after = (...ticks: readonly Told[]) => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  watch.learn(schema, 0);
  let at = 0;
  const push = (...values: number[]): void => void watch.push(frame(++at, ...values), at * 1_000);
  while (at < 120) push(9, 0.05 + 0.001 * (at % 5), 0, at % 2, 0, 0, 0);
  for (const [waiting, oldest, { ended = 9, overdue = 0, least = 0, half = 0 } = {}] of ticks)
    push(ended, Number.NaN, oldest, waiting, overdue, least, half);
  const body = [...watch.series.values()].find(({ meta }) => meta.stat === 'p50')!;
  return unanswered(watch, body, watch.opens.get('latency')!);
};

it('counts those who waited at most, and those who wait at present apart', () => {
  const { nats, ticks, now } = after([9, 1.4], [2, 1.2]);
  expect(ticks).toBe(2);
  expect(nats).toBeCloseTo(after([9, 1.4]).nats, 1);
  // The nine have made waiting a little less odd.
  expect(Math.abs(now! - after([2, 1.2]).nats)).toBeLessThan(1);
  expect(now).toBeLessThan(nats);
});

it('adds up what began in one tick and what began in the next: they are other calls', () => {
  const [first, second] = [after([5, 0.6]).nats, after([5, 0.5]).nats];
  expect(after([5, 0.6], [5, 0.5]).nats).toBeGreaterThan(first + second - 2);
  // Those that still wait are the same.
  expect(after([5, 0.6], [5, 1.6]).nats).toBeLessThan(first + second - 2);
});

it('knows that whoever waited before and cannot have ended since waits for a whole tick', () => {
  const [stuck, flowing] = [after([6, 0.5], [8, 1.5, { ended: 0 }]).nats, after([6, 0.5], [8, 1.5]).nats];
  expect(stuck).toBeGreaterThan(18);
  expect(flowing).toBeLessThan(stuck);
});

it('says nothing once they are answered', () => {
  expect(after([9, 0.9], [1, 0.04])).toEqual({ nats: 0, ticks: 0 });
});

it('counts how many are overdue, and for how long all of them and half of them have waited', () => {
  const usual = after([4, 0.6]).nats;
  expect(after([4, 0.6, { overdue: 1, least: 0.6, half: 0.6 }]).nats).toBeCloseTo(usual, 1);
  expect(after([4, 0.6, { overdue: 4, least: 0.45, half: 0.55 }]).nats).toBeGreaterThan(usual + 2);
  // Hardly older than calls often are, they say little.
  expect(after([4, 0.6, { overdue: 4, least: 0.06, half: 0.07 }]).nats).toBeCloseTo(usual, 1);
});
