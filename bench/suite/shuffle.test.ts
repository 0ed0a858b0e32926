// A life under other names: nothing of the old ones is left in it, and what is decided over it can be told in the old ones again.
import type { Input } from '@fenghuo/analyzer/engine';
import { expect, it } from 'vitest';
import { Platform, randomNames, rulesFor } from '../../analyzer/testing/platform.ts';
import { again } from './again.ts';
import type { Recording } from './record.ts';
import { namesIn, plain, shuffled } from './shuffle.ts';

const names = randomNames(3);
/** Two minutes of a made-up platform; one of its third parties turns slow. */
const life = (): Recording => {
  const platform = new Platform(names, 3);
  const inputs = async function* (): AsyncGenerator<Input> {
    for (let second = 0; second < 120; second++)
      yield* platform.second(second > 80 && second < 100 ? { slow: { [names.one]: 700 } } : {});
  };
  return { rules: rulesFor(names), inputs: inputs() };
};

it('holds no old name and decides the same', async () => {
  const { recording, back } = shuffled(life(), await namesIn(life()), 9);
  const was = (await again(life())).map(({ decision }) => plain(decision));
  const seen = await again(recording);
  expect(was.some((text) => text.includes(`"entity":"${names.one}"`))).toBe(true);
  expect(seen.map(({ decision }) => back(decision))).toEqual(was);
  const raw = seen.map(({ decision }) => plain(decision)).join();
  for (const name of Object.values(names)) expect(raw).not.toContain(name);
});

it('draws other names by another seed', async () => {
  const entities = async (seed: number): Promise<readonly string[]> => {
    const { recording } = shuffled(life(), await namesIn(life()), seed);
    return recording.rules.topology.entities.map(({ name }) => name);
  };
  expect(await entities(1)).toEqual(await entities(1));
  expect(await entities(2)).not.toEqual(await entities(1));
});
