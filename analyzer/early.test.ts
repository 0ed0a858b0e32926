// A bank of few calls fails a third of them: two ticks leave room for chance, and half a tick more does not. Nothing of the look remains.
import { hash64 } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { lookEarly } from './early.ts';
import { createEngine, type Engine } from './engine.ts';
import { step } from './pipeline.ts';
import { randomNames, rulesFor } from './testing/platform.ts';
import { probeOf } from './testing/probe.ts';

const toBank = { edge: { callee: 'bank', protocol: 'http' }, metric: 'http.client.request.duration' } as const;
const till = probeOf('till', [
  { ...toBank, unit: 's', kind: 'delta', class: 'traffic', stat: 'count' },
  { ...toBank, unit: 's', class: 'latency', stat: 'p50' },
  { ...toBank, unit: 's', class: 'latency', stat: 'max' },
  { ...toBank, metric: 'fenghuo.client.errors', unit: '{error}', kind: 'delta', class: 'errors' },
]);
type Tick = readonly [calls: number, failed: number];
/** The columns of a tick; without calls there is nothing to time. */
const figures = ([calls, failed]: Tick): readonly number[] => {
  const took = calls === 0 ? Number.NaN : 0.05;
  return [calls, took, took + 0.01, failed];
};

/** Four healthy minutes of four calls a second, then these ticks. */
const after = (...ticks: readonly Tick[]): { readonly engine: Engine; readonly at: number } => {
  const engine = createEngine(rulesFor(randomNames(1)), { partition: 0, act: 'off' });
  step(engine, { seq: 1, atMs: 0, kind: 'schema', schema: till.schema });
  const all = [...Array.from({ length: 240 }, (): Tick => [4, 0]), ...ticks];
  for (const [i, tick] of all.entries())
    step(engine, { seq: i + 2, atMs: (i + 1) * 1_000 + 20, kind: 'frame', frame: till.frame(i + 1, ...figures(tick)) });
  return { engine, at: all.length };
};
const earlyOf = (at: number, tick: Tick) => ({ ...till.frame(at, ...figures(tick)), timeMs: at * 1_000 + 500 });
/** What an early look decides, half a second after the tick. */
const decided = ({ engine, at }: ReturnType<typeof after>, tick: Tick, lateMs = 0): readonly string[] => {
  const atMs = at * 1_000 + 520 + lateMs;
  return step(engine, { seq: at + 2, atMs, kind: 'early', frame: earlyOf(at, tick) }).decisions.map(({ type }) => type);
};
const opens = expect.arrayContaining(['incident.opened', 'incident.cause']);
const troubled: readonly Tick[] = [
  [4, 1],
  [4, 2],
];

it('opens with what half a tick more puts beyond doubt, half a second before the next tick would', () => {
  const waiting = after(...troubled);
  expect(waiting.engine.files.size).toBe(0);
  expect(decided(waiting, [3, 3])).toEqual(opens);
});

it('opens while the engine passes over what opens no incident, and not once it cannot keep up even so', () => {
  const shedding = (level: number) => {
    const waiting = after(...troubled);
    waiting.engine.shedWanted = level;
    return decided(waiting, [3, 3]);
  };
  expect(shedding(1)).toEqual(opens);
  expect(shedding(2)).toEqual(['engine.note']);
});

it('opens nothing by itself, however bad: half a tick is evidence beside whole ones', () => {
  expect(decided(after([4, 0]), [3, 3])).toEqual([]);
});

it('opens nothing where the trouble has passed, and nothing when it comes after the tick that it is of', () => {
  expect(decided(after(...troubled), [3, 0])).toEqual([]);
  const { engine, at } = after(...troubled, [4, 0]);
  expect(decided({ engine, at: at - 1 }, [3, 3], 1_000)).toEqual([]);
});

it('leaves the engine as it was: the samples, what is usual, and what the next ticks decide', () => {
  const [looked, other] = [after(...troubled), after(...troubled)];
  const state = ({ engine }: ReturnType<typeof after>) =>
    engine.watch.layoutOf(till.schema.hash)!.series.map((one) => ({
      ...engine.watch.bank.recent(one.index),
      usual: engine.watch.bank.baseline(one.index),
      last: [one.last, one.lastMs],
    }));
  const before = state(looked);
  expect(lookEarly(looked.engine, earlyOf(looked.at, [2, 2])).length).toBeGreaterThan(0);
  expect(lookEarly(looked.engine, earlyOf(looked.at, [0, 0]))).toEqual([]);
  expect(state(looked)).toEqual(before);
  const next = ({ engine, at }: ReturnType<typeof after>) =>
    step(engine, {
      seq: 999,
      atMs: (at + 1) * 1_000 + 20,
      kind: 'frame',
      frame: till.frame(at + 1, ...figures([4, 3])),
    });
  expect(next(looked)).toEqual(next(other));
});

it('is nothing to whoever does not know its columns', () => {
  const { engine, at } = after(...troubled);
  expect(lookEarly(engine, { ...earlyOf(at, [3, 3]), schema: hash64('another') })).toEqual([]);
});

const waits = { ...toBank, class: 'saturation' } as const;
const hanging = probeOf('till', [
  { ...toBank, unit: 's', kind: 'delta', class: 'traffic', stat: 'count' },
  { ...toBank, unit: 's', class: 'latency', stat: 'mean' },
  { ...toBank, unit: 's', class: 'latency', stat: 'p50' },
  { ...toBank, unit: 's', class: 'latency', stat: 'max' },
  { ...waits, metric: 'fenghuo.client.active_requests', unit: '{request}' },
  { ...toBank, metric: 'fenghuo.client.oldest_request.age', unit: 's', class: 'latency', stat: 'max' },
  { ...waits, metric: 'fenghuo.client.active_requests.overdue', unit: '{request}' },
]);
const bank = probeOf('bank', [
  { metric: 'http.server.active_requests', unit: '{request}', class: 'saturation' },
  { metric: 'process.cpu.utilization' },
]);
/** Calls that ended, how long they took, how many wait and for how long; what the bank has under way where it tells. */
type Wait = {
  readonly ended: number;
  readonly took?: number;
  readonly waiting?: number;
  readonly age?: number;
  readonly there?: number;
};
const waitFigures = ({ ended, took = Number.NaN, waiting = 0, age = 0 }: Wait): readonly number[] => [
  ended,
  took,
  took,
  took,
  waiting,
  age,
  age > 0 ? waiting : 0,
];
const well: Wait = { ended: 10, took: 0.05, there: 0 };
/** What an early look decides after four healthy minutes of ten calls a second and these ticks. */
const afterWaits = (ticks: readonly Wait[], half: Wait, tells = false): readonly string[] => {
  const engine = createEngine(rulesFor(randomNames(1)), { partition: 0, act: 'off' });
  let seq = 1;
  for (const { schema } of tells ? [hanging, bank] : [hanging])
    step(engine, { seq: seq++, atMs: 0, kind: 'schema', schema });
  const all = [...Array.from({ length: 240 }, () => well), ...ticks];
  for (const [i, tick] of all.entries()) {
    const atMs = (i + 1) * 1_000 + 20;
    if (tells) step(engine, { seq: seq++, atMs, kind: 'frame', frame: bank.frame(i + 1, tick.there ?? 0, 0.1) });
    step(engine, { seq: seq++, atMs, kind: 'frame', frame: hanging.frame(i + 1, ...waitFigures(tick)) });
  }
  expect(engine.files.size).toBe(0);
  const frame = { ...hanging.frame(all.length, ...waitFigures(half)), timeMs: all.length * 1_000 + 500 };
  return step(engine, { seq, atMs: frame.timeMs + 20, kind: 'early', frame }).decisions.map(({ type }) => type);
};
const begins: Wait = { ended: 9, took: 0.05, waiting: 2, age: 0.09, there: 2 };
const stands: Wait = { ended: 0, waiting: 12, age: 1.09, there: 12 };
const still: Wait = { ended: 0, waiting: 17, age: 1.59, there: 17 };

it('opens for calls that wait for a whole tick and a half, where the tick before showed the first of them', () => {
  expect(afterWaits([begins, stands], still)).toEqual(opens);
  expect(afterWaits([well, stands], still)).toEqual([]);
});

it('waits for whole ticks while it is not known whether the calls have reached a callee that tells of itself', () => {
  expect(afterWaits([begins, stands], still, true)).toEqual(opens);
  const lost = [begins, stands].map((tick) => ({ ...tick, there: 0 }));
  expect(afterWaits(lost, still, true)).toEqual([]);
});

it('takes calls that waited at the tick and have ended late since for one trouble', () => {
  expect(afterWaits([begins, stands], { ended: 17, took: 1.2 })).toEqual(opens);
  expect(afterWaits([begins, stands], { ended: 17, took: 0.05 })).toEqual([]);
});

it('opens nothing for a crowd that takes a little longer each: four times the calls in half a tick are twice those of a usual one', () => {
  const slow = (ended: number, waiting = 0): Wait => ({ ended, took: 0.2, waiting, age: waiting > 0 ? 0.2 : 0 });
  const crowd = afterWaits([slow(40), slow(40)], slow(20, 1));
  expect(crowd).toEqual([]);
});
