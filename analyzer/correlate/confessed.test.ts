// A loop that is blocked again and again: few calls of each second are hurt, but the reason shows in each.
import { expect, it } from 'vitest';
import { Graph } from '../graph.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { Watch } from '../watch.ts';
import { confessed, queuedAt } from './confessed.ts';

const toBank = { edge: { callee: 'bank', protocol: 'http' }, unit: 's' } as const;
const loop = { metric: 'nodejs.eventloop.delay.max', class: 'saturation', unit: 's' } as const;
const till = probeOf('till', [
  { ...toBank, metric: 'http.client.request.duration', kind: 'delta', class: 'traffic', stat: 'count' },
  { ...toBank, metric: 'http.client.request.duration', class: 'latency', stat: 'mean' },
  loop,
]);
const bank = probeOf('bank', [loop]);

/** After two healthy minutes: ticks in which the loops of the bank and of its caller were delayed so long, s. */
const after = (suffers: number, ...ticks: readonly (readonly [bank: number, till: number])[]) => {
  const rules = rulesFor(randomNames(1));
  const watch = new Watch(new Graph(rules.topology), rules.detectors);
  for (const { schema } of [till, bank]) watch.learn(schema, 0);
  let at = 0;
  const push = (ofBank: number, ofTill: number): void => {
    at++;
    watch.push(till.frame(at, 9, 0.05 + 0.001 * (at % 5), ofTill), at * 1_000);
    watch.push(bank.frame(at, ofBank), at * 1_000);
  };
  while (at < 120) push(0.02 + 0.001 * (at % 3), 0.02 + 0.001 * (at % 4));
  for (const [ofBank, ofTill] of ticks) push(ofBank, ofTill);
  const mean = [...watch.series.values()].find(({ meta }) => meta.stat === 'mean')!;
  return confessed(watch, mean, suffers, at * 1_000);
};

it('adds up over the ticks in which the callee was blocked', () => {
  const once = after(9, [0.7, 0.02]);
  const twice = after(9, [0.7, 0.02], [0.7, 0.02]);
  expect(twice.ticks).toBe(2);
  expect(once.nats).toBeGreaterThan(9);
  expect(twice.nats).toBeGreaterThan(1.5 * once.nats);
});

it('is nothing where nobody suffers, where the caller is blocked alike, and once it is over', () => {
  expect(after(0, [0.7, 0.02]).nats).toBe(0);
  expect(after(9, [0.7, 0.7]).nats).toBe(0);
  expect(after(9, [0.7, 0.02], [0.02, 0.02]).nats).toBe(0);
});

/** What waits in a queue after two minutes in which hardly anything does, or where it stood for a minute before that. */
const sorting = () => {
  const waiting = { metric: 'broker.messages.ready', class: 'saturation', unit: '{message}' } as const;
  const sorter = probeOf('sorter', [waiting]);
  const afterAll = (all: readonly number[]) => {
    const rules = rulesFor(randomNames(1));
    const watch = new Watch(new Graph(rules.topology), rules.detectors);
    watch.learn(sorter.schema, 0);
    all.forEach((ready, at) => {
      watch.push(sorter.frame(at + 1, ready), (at + 1) * 1_000);
    });
    return queuedAt(watch, 'sorter', all.length * 1_000);
  };
  const calm = (length: number) => Array.from({ length }, (_, at) => at % 3);
  return {
    afterwards: (...ticks: readonly number[]) => afterAll([...calm(120), ...ticks]),
    afterLong: (...ticks: readonly number[]) =>
      afterAll([...calm(120), ...Array.from({ length: 60 }, (_, at) => 3 * at), ...calm(60), ...ticks]),
  };
};

it('sees what waits at whoever takes nothing any more, and not what always waits there', () => {
  const { afterwards } = sorting();
  expect(afterwards(12, 26)).toMatchObject({ ticks: 2 });
  expect(afterwards(12, 26).nats).toBeGreaterThan(afterwards(12).nats);
  expect(afterwards(2, 1).ticks).toBe(0);
  expect(afterwards(12, 26, 1).ticks).toBe(0);
});

it('sees at once that nothing is taken any more, though the queue has been longer than this before', () => {
  const { afterLong } = sorting();
  expect(afterLong(9, 17)).toMatchObject({ ticks: 2 });
  expect(afterLong(9).ticks).toBe(1);
  expect(afterLong(2, 3).ticks).toBe(0);
});
