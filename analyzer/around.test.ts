// The ranking's look around: a small fleet in full; where there is less room, the trouble and who is connected to it before all others.
import { expect, it } from 'vitest';
import { around } from './around.ts';
import { createEngine } from './engine.ts';
import { step } from './pipeline.ts';
import { Places } from './places.ts';
import { Platform, randomNames, rulesFor } from './testing/platform.ts';
import type { SeriesMeta } from './types.ts';

it('sees all of a small fleet, and of a greater one what stands nearest', () => {
  const names = randomNames(3);
  const platform = new Platform(names, 3);
  const engine = createEngine(rulesFor(names), { partition: 0, act: 'off' });
  const seconds = (n: number, slow: Record<string, number>): void => {
    for (let i = 0; i < n; i++) for (const input of platform.second({ slow })) step(engine, input);
  };
  seconds(120, {});
  seconds(3, { [names.one]: 750 });
  const file = [...engine.files.values()][0]!;
  expect(around(engine, file).series).toHaveLength(engine.watch.series.size);
  const { entities, series } = around(engine, file, 8);
  expect([...entities].slice(0, 2).sort()).toEqual([names.one, names.till].sort());
  expect(entities).not.toContain(names.store);
  expect(series.length).toBeLessThan(engine.watch.series.size);
});

it('keeps series by entity and by caller through renaming and removal', () => {
  const places = new Places<{ meta: SeriesMeta }>();
  const meta = {
    id: '1',
    entity: '10.0.0.1:80',
    caller: 'a',
    metric: 'm',
    unit: 's',
    class: 'latency',
    kind: 'gauge',
    bad: 'up',
  } as const;
  const one = { meta: meta as SeriesMeta };
  places.add(one);
  places.rename(one, 'b');
  expect([places.of('10.0.0.1:80'), places.of('b'), places.by('a')]).toEqual([[], [one], [one]]);
  places.remove(one);
  expect([places.of('b'), places.by('a')]).toEqual([[], []]);
});
