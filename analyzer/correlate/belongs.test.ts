// Two causes that do not meet are two incidents, at once or one after the other; what one cause does to many stays one.
import { expect, it } from 'vitest';
import { Run } from '../testing/run.ts';

const causes = (run: Run): Map<string, string> =>
  new Map(run.of('incident.cause').map(({ incident, cause }) => [incident, cause.entity]));

it.each([
  ['at the same moment', 0],
  ['three seconds later', 3],
  ['ten seconds later', 10],
] as const)('a store that fails %s as a bank turns slow is an incident of its own', (_, laterS) => {
  const run = new Run(11, (rules) => rules, 'off').seconds(120);
  const { one, store } = run.platform.names;
  const slow = { [one]: 750 };
  run.seconds(laterS, { slow }).seconds(25, { slow, errors: { [store]: 1 } });
  expect(run.of('incident.opened')).toHaveLength(2);
  expect([...causes(run).values()].sort()).toEqual([one, store].sort());
});

it('a bank that is slow for long, and all that waits for it, stays one', () => {
  const run = new Run(12, (rules) => rules, 'off').seconds(120);
  const { one } = run.platform.names;
  run.seconds(60, { slow: { [one]: 750 } });
  expect(run.of('incident.opened')).toHaveLength(1);
  expect([...causes(run).values()]).toEqual([one]);
});
