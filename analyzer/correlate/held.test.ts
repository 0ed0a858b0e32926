// A loop that stands still for half of each second, behind few calls: one of them met it, the next ones did not, the reason shows in each tick.
import { expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { step } from '../pipeline.ts';
import { randomNames, rulesFor } from '../testing/platform.ts';
import { probeOf } from '../testing/probe.ts';
import { held } from './held.ts';

const toBank = { edge: { callee: 'bank', protocol: 'http' }, unit: 's' } as const;
const loop = { metric: 'nodejs.eventloop.delay.max', class: 'saturation', unit: 's' } as const;
const till = probeOf('till', [
  { ...toBank, metric: 'http.client.request.duration', kind: 'delta', class: 'traffic', stat: 'count' },
  { ...toBank, metric: 'http.client.request.duration', class: 'latency', stat: 'p90' },
  loop,
]);
const bank = probeOf('bank', [loop]);
const usual = (at: number): number => 0.05 + 0.001 * (at % 5);

/** Who is held after four healthy minutes and then ticks in which the bank's loop, its caller's and a call of that took so long, s. */
const after = (...ticks: readonly (readonly [bank: number, till: number, call: number])[]): readonly string[] => {
  const engine = createEngine(rulesFor(randomNames(1)), { partition: 0, act: 'off' });
  let seq = 0;
  for (const { schema } of [till, bank]) step(engine, { seq: ++seq, atMs: 0, kind: 'schema', schema });
  const calm = Array.from({ length: 240 }, (_, at) => [0.02 + 0.001 * (at % 3), 0.02 + 0.001 * (at % 4), usual(at)]);
  [...calm, ...ticks].forEach(([ofBank, ofTill, call], at) => {
    const atMs = (at + 1) * 1_000 + 20;
    step(engine, { seq: ++seq, atMs, kind: 'frame', frame: till.frame(at + 1, 6, call!, ofTill!) });
    step(engine, { seq: ++seq, atMs, kind: 'frame', frame: bank.frame(at + 1, ofBank!) });
  });
  return held(engine).map(({ one }) => one.meta.entity);
};

it('opens by who stands still beyond doubt though the calls of the last ticks missed it', () => {
  expect(after([0.4, 0.02, 0.34])).toEqual([]);
  expect(after([0.4, 0.02, 0.34], [0.4, 0.02, 0.05])).toEqual(['bank']);
});

it('does not where no call has met it for some ticks, where the caller stands still alike, or once it is over', () => {
  expect(after([0.4, 0.02, 0.05], [0.4, 0.02, 0.05])).toEqual([]);
  const missed = [0.4, 0.02, 0.05] as const;
  expect(after([0.4, 0.02, 0.34], missed, missed, missed)).toEqual([]);
  expect(after([0.4, 0.4, 0.34], [0.4, 0.4, 0.05])).toEqual([]);
  expect(after([0.4, 0.02, 0.34], [0.02, 0.02, 0.05])).toEqual([]);
});
