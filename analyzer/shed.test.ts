// Shedding in the engine: what is looked at at each level, that it is said and counted, and that all is looked at again afterwards.
import { beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from './engine.ts';
import type { Input } from './input.ts';
import { step } from './pipeline.ts';
import { allShown, Shed } from './shed.ts';
import { randomNames, rulesFor } from './testing/platform.ts';
import { probeOf } from './testing/probe.ts';

const latency = { class: 'latency', unit: 's', stat: 'p50' } as const;
const probe = probeOf('till', [
  { metric: 'process.memory.usage' },
  { metric: 'process.cpu.utilization' },
  { ...latency, metric: 'http.server.request.duration' },
  { ...latency, metric: 'http.client.request.duration', edge: { callee: 'bank', protocol: 'http' } },
]);
const rules = rulesFor(randomNames(1));
let engine: Engine;
let seq = 0;
const inputs: Input[] = [];

const take = (input: Input) => {
  inputs.push(input);
  return step(engine, input).decisions;
};
const frame = (at: number, memory: number, cpu: number) =>
  take({ seq: ++seq, atMs: at * 1_000 + 50, kind: 'frame', frame: probe.frame(at, memory, cpu, 0.02, 0.05) });
/** Healthy samples that the detector of each column has seen. */
const seen = (): number[] => [0, 1, 2, 3].map((i) => engine.watch.baseline(engine.watch.series.get(series[i]!)!).n);
let series: number[];

beforeEach(() => {
  engine = createEngine(rules, { partition: 0, act: 'off' });
  seq = 0;
  inputs.length = 0;
  take({ seq: ++seq, atMs: 0, kind: 'schema', schema: probe.schema });
  series = [...engine.watch.series.values()].filter(({ probe }) => probe !== '').map(({ index }) => index);
  for (let at = 1; at <= 150; at++) frame(at, 100 + (at % 3), at >= 140 && at < 144 ? 90 : 10 + (at % 3));
  for (let at = 151; at <= 170; at++) frame(at, 100 + (at % 3), 10 + (at % 3));
});

it('sheds in the stated order, counts what it did not look at, and says so in the log', () => {
  expect(engine.watch.active.size).toBe(0);
  const looked: boolean[][] = [];
  const codes: string[] = [];
  for (const level of [0, 1, 2, 3]) {
    engine.shedWanted = level;
    const before = seen();
    for (const d of frame(171 + level, 101, 11)) if (d.type === 'engine.note') codes.push(d.code);
    looked.push(seen().map((n, i) => n > before[i]!));
  }
  expect(looked).toEqual([
    [true, true, true, true],
    // Memory opens no incident and was never anomalous; the processor was.
    [false, true, true, true],
    [false, false, true, true],
    [false, false, false, true],
  ]);
  expect(codes).toEqual(['shed_1', 'shed_2', 'shed_3']);
  expect(engine.watch.shed.samples).toBe(1 + 2 + 3);
});

it('keeps the last values of what it does not look at, takes none of it for silent, and looks at all of it again', () => {
  engine.shedWanted = 3;
  for (let at = 171; at <= 190; at++) frame(at, 500, 11);
  const memory = engine.watch.series.get(series[0]!)!;
  expect([memory.last, memory.lastMs]).toEqual([500, 190_000]);
  expect(engine.watch.active.size).toBe(0);
  engine.shedWanted = 0;
  const before = seen();
  expect(frame(191, 101, 11)).toMatchObject([{ type: 'engine.note', code: 'shed_0' }]);
  frame(192, 101, 11);
  expect(seen()).toEqual(before.map((n) => n + 2));
  expect(engine.watch.active.size).toBe(0);
});

it('still sees the end of what is anomalous while it sheds', () => {
  for (let at = 171; at <= 175; at++) frame(at, 101, 95);
  expect([...engine.watch.active]).toEqual([series[1]]);
  engine.shedWanted = 3;
  for (let at = 176; at <= 200; at++) frame(at, 101, 11);
  expect([...engine.watch.active]).toEqual([]);
});

it('leads whoever follows its log to the same state', () => {
  engine.shedWanted = 2;
  const log = frame(171, 101, 11);
  frame(172, 101, 11);
  const first = engine;
  engine = createEngine(rules, { partition: 0, act: 'off' });
  engine.follow = new Map([[log[0]!.seq, log]]);
  for (const input of [...inputs]) step(engine, input);
  expect(engine.watch.shed.level).toBe(2);
  expect(engine.watch.shed.samples).toBe(first.watch.shed.samples);
  expect(engine.watch.shed.samples).toBe(4);
});

it('goes on looking at what it chose, whatever turns meanwhile: choosing anew costs a fleet more than shedding saves', () => {
  const { watch } = engine;
  const active = new Set<number>();
  const shed = new Shed(watch.opens, active);
  const all = series.map((index) => watch.series.get(index)!);
  const layout = allShown(all, Uint32Array.from(series));
  shed.set(3);
  expect(shed.choose(layout)).toBe(false);
  const { watched } = layout;
  shed.spokeUp(series[3]!);
  active.add(series[3]!);
  shed.choose(layout);
  expect(layout.watched).toBe(watched);
  expect([...watched]).toEqual([series[3]]);
});
