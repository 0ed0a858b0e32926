// A third party that recovers, is trusted again, and turns slow once more the moment its incident has closed: flapping is how banks fail.
import { expect, it } from 'vitest';
import { Run } from './testing/run.ts';

it.each([1, 2, 3, 4, 5])('names the relapsed third party and not who just waited for it (seed %i)', (seed) => {
  const run = new Run(seed).seconds(120);
  const { one } = run.platform.names;
  const slow = { slow: { [one]: 750 } };
  run.seconds(45, slow);
  for (let s = 0; s < 120 && run.of('incident.state').at(-1)?.to !== 'closed'; s++) run.seconds(1);
  expect(run.of('incident.state').at(-1)?.to).toBe('closed');
  expect(run.platform.value).toBe(one);
  run.seconds(6, slow);
  expect(run.of('incident.opened')).toHaveLength(2);
  expect(run.of('incident.cause').map(({ cause }) => cause.entity)).toEqual([one, one]);
});
