// Three stories that look alike at first, a probe's data stop: its sender died, the bus stood still, the service died. Each is told as what it is.
import { hash64, type SourceTrouble } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import type { Input } from '../input.ts';
import { step } from '../pipeline.ts';
import { Run } from '../testing/run.ts';
import { Sources } from './sources.ts';

const told = (run: Run): [string, SourceTrouble][] =>
  run.of('source.troubled').map(({ trouble }) => [trouble.source, trouble.state]);

/** The next seconds, all stored by the bus when it goes on, one source's after the other's. */
const held = (run: Run, seconds: number): Input[] => {
  const inputs = Array.from({ length: seconds }, () => run.platform.second()).flat();
  const frames = inputs.flatMap((one) => (one.kind === 'frame' ? [one] : []));
  const atMs = run.platform.nowMs + 300;
  const order = [...new Set(frames.map(({ frame }) => frame.probe))];
  const sorted = [...frames].sort((a, b) => order.indexOf(a.frame.probe) - order.indexOf(b.frame.probe));
  const seqs = frames.map(({ seq }) => seq);
  return sorted.map((one, i) => ({ ...one, seq: seqs[i]!, atMs: atMs + i }));
};

describe('a probe whose service goes on answering', () => {
  const run = new Run(31).seconds(60);
  const { till } = run.platform.names;
  run.seconds(8, { silent: [till] });
  it('is told silent after five seconds, and opens nothing', () => {
    expect(told(run)).toEqual([[`${till}@1`, 'probe_silent']]);
    expect(run.of('incident.opened')).toEqual([]);
    const [{ trouble, atMs }] = run.of('source.troubled') as [ReturnType<typeof run.of<'source.troubled'>>[number]];
    expect(atMs - trouble.sinceMs).toBeGreaterThan(5_000);
    expect(atMs - trouble.sinceMs).toBeLessThan(7_000);
  });
  it('is shown with how far its data go', () => {
    const { flowing, troubled, shown } = run.engine.sources.live(run.engine.now.atMs);
    expect([flowing, troubled.probe_silent]).toEqual([3, 1]);
    expect(shown[0]!.watermarkMs).toBe(run.platform.nowMs - 8_000);
  });
  it('is well when its data come again', () => {
    run.seconds(3);
    expect(run.of('source.well').map(({ source }) => source)).toEqual([`${till}@1`]);
    expect(run.engine.sources.live(run.engine.now.atMs).shown).toEqual([]);
  });
});

it('tells a dead service where callers get no answer', () => {
  const run = new Run(32).seconds(60);
  const { till } = run.platform.names;
  run.seconds(12, { silent: [till], errors: { [till]: 2 } });
  expect(told(run)).toEqual([[`${till}@1`, 'service_dead']]);
  expect(run.of('incident.opened')).toHaveLength(1);
  expect(run.of('incident.cause').at(-1)!.cause.entity).toBe(till);
});

it('says of whom nobody calls that nobody can tell, and tells nothing', () => {
  const run = new Run(33).seconds(60);
  const { front } = run.platform.names;
  run.seconds(12, { silent: [front] });
  expect(told(run)).toEqual([]);
  expect(run.engine.sources.live(run.engine.now.atMs).shown).toMatchObject([
    { source: `${front}@1`, state: 'unheard' },
  ]);
});

describe('a bus that stands still', () => {
  it.each([34, 35, 36])('is told slow; nobody is taken for dead and nothing opens (seed %i)', (seed) => {
    const run = new Run(seed).seconds(90);
    const { watch } = run.engine;
    const isSilent = (index: number): boolean => watch.anomaly(index)?.shape === 'silence';
    for (const input of held(run, 8)) {
      run.take(input);
      // Most are further behind than a silence takes, as their frames are still on the way.
      expect([...watch.active].filter(isSilent)).toEqual([]);
    }
    run.seconds(30);
    expect(told(run)).toEqual([['partition 0', 'bus_slow']]);
    expect(run.of('source.well').map(({ source }) => source)).toEqual(['partition 0']);
    expect(run.of('incident.opened')).toEqual([]);
  });

  it('does not hide a service that died meanwhile', () => {
    const run = new Run(37).seconds(90);
    const { till } = run.platform.names;
    for (const input of held(run, 8)) run.take(input);
    run.seconds(14, { silent: [till], errors: { [till]: 2 } });
    expect(told(run)).toEqual([
      ['partition 0', 'bus_slow'],
      [`${till}@1`, 'service_dead'],
    ]);
    expect(run.of('incident.opened')).toHaveLength(1);
  });
});

describe('watermarks', () => {
  const sent = (names: readonly string[]) => {
    const run = new Run(1);
    const sources = new Sources(0, run.engine.watch);
    for (const probe of names)
      sources.learn({ v: 1, probe, incarnation: 0, hash: hash64(probe), resource: {}, listens: [], columns: [] });
    const hear = (probe: string, timeMs: number, atMs: number): void =>
      sources.hear({ probe: hash64(probe), timeMs } as Parameters<Sources['hear']>[0], atMs);
    return { sources, hear };
  };

  it('give a source the patience of its own pace', () => {
    const { sources, hear } = sent(['key/a@1/0', 'key/b@1/1']);
    for (let s = 0; s < 600; s++) {
      if (s % 15 === 0) hear('key/a@1/0', s * 1_000, s * 1_000 + 400);
      hear('key/b@1/1', s * 1_000, s * 1_000 + 100);
      sources.look(s * 1_000 + 500, s * 1_000);
      expect(sources.live(s * 1_000 + 500).shown).toEqual([]);
    }
  });

  it('take it for the way where all that a sender sends stop together', () => {
    const { sources, hear } = sent(['key/a@1/0', 'key/b@1/1', 'own@1']);
    for (let s = 0; s < 60; s++)
      for (const [i, name] of ['key/a@1/0', 'key/b@1/1', 'own@1'].entries())
        if (s < 40 || i === 2) hear(name, s * 1_000, s * 1_000 + 100);
    sources.look(59_200, 59_000);
    expect(sources.live(59_200).shown).toMatchObject([{ source: 'key', state: 'bus_slow' }]);
    expect(sources.isUnsettled(59_200)).toBe(false);
  });

  it('see that the bus is slow soon after a source began with a backlog', () => {
    const { sources, hear } = sent(['a@1', 'b@1']);
    for (let s = 0; s < 60; s++) for (const name of ['a@1', 'b@1']) hear(name, s * 1_000, 60_000 + s * 10);
    for (let s = 60; s < 70; s++) for (const name of ['a@1', 'b@1']) hear(name, s * 1_000, s * 1_000 + 1_100);
    hear('a@1', 70_000, 76_000);
    expect(sources.isUnsettled(76_000)).toBe(true);
  });

  it('do not take a laggard for the bus', () => {
    const { sources, hear } = sent(['a@1', 'b@1']);
    for (let s = 0; s < 60; s++) {
      if (s < 30) hear('a@1', s * 1_000, s * 1_000 + 100);
      else if (s > 45) hear('a@1', (s - 15) * 1_000, s * 1_000 + 100);
      hear('b@1', s * 1_000, s * 1_000 + 100);
    }
    expect(sources.isUnsettled(59_200)).toBe(false);
  });
});

it('is taken up by a restarted engine from its log', () => {
  const run = new Run(38).seconds(60);
  const { till } = run.platform.names;
  run.seconds(10, { silent: [till] });
  const again = new Run(38);
  again.engine.follow = new Map(run.log.map((one) => [one.seq, [one]]));
  for (const input of run.inputs) step(again.engine, input);
  again.engine.follow = undefined;
  expect([...again.engine.sources.told.keys()]).toEqual([`${till}@1`]);
  expect(again.engine.sources.turned().began).toEqual([]);
});
