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

it('a service that is gone while a bank is slow, which it does not call, is told of within two seconds and a half', () => {
  const run = new Run(15, (rules) => rules, 'off').seconds(120);
  const { one, store } = run.platform.names;
  const slow = { [one]: 750 };
  run.seconds(6, { slow });
  const fromMs = run.platform.nowMs;
  run.seconds(8, { slow, errors: { [store]: 1 }, silent: [store] });
  const [, second] = run.of('incident.opened');
  expect(run.of('incident.opened')).toHaveLength(2);
  expect(second!.atMs - fromMs).toBeLessThan(2_500);
});

it('what begins once a host is well again is no trouble of the host, though its incident is still open', () => {
  const run = new Run(16, (rules) => rules, 'off').seconds(120);
  const { store, till } = run.platform.names;
  run.seconds(20, { busy: 8, slow: { [till]: 700 }, waiting: 0.6 });
  expect([...causes(run).values()]).toEqual(['box']);
  run.seconds(6).seconds(6, { errors: { [store]: 1 } });
  expect(run.states).not.toContain('closed');
  expect([...causes(run).values()]).toEqual(['box', store]);
});

it('a bank that is slow for long, and all that waits for it, stays one', () => {
  const run = new Run(12, (rules) => rules, 'off').seconds(120);
  const { one } = run.platform.names;
  run.seconds(60, { slow: { [one]: 750 } });
  expect(run.of('incident.opened')).toHaveLength(1);
  expect([...causes(run).values()]).toEqual([one]);
});

it.each([
  ['no trouble of its own where six times the usual calls come', 6, 1],
  ['a trouble of its own where as many calls come as ever', 1, 2],
] as const)('a store that turns late just as a bank is well again has %s', (_, crowd, incidents) => {
  const run = new Run(17, (rules) => rules, 'off').seconds(120);
  const { one, store } = run.platform.names;
  run.seconds(20, { slow: { [one]: 750 } }).seconds(4);
  run.seconds(8, { slow: { [store]: 700 }, crowd: { [store]: crowd } }).seconds(20);
  expect(run.of('incident.opened')).toHaveLength(incidents);
});

it('what a store no longer keeps is an incident of its own while a bank is slow, which the store does not wait for', () => {
  const run = new Run(13, (rules) => rules, 'off').seconds(120);
  const { one } = run.platform.names;
  const slow = { [one]: 750 };
  run.seconds(4, { slow }).seconds(25, { slow, lost: 1 });
  expect(run.of('incident.opened').map(({ trigger }) => trigger[0]!.metric)).toContain('kept');
  expect(run.of('incident.opened')).toHaveLength(2);
});

it('what a store no longer keeps is told as soon the third time as the first, though the detector has seen it fall before', () => {
  const run = new Run(14, (rules) => rules, 'off').seconds(120);
  const tookMs = [1, 2, 3].map(() => {
    const [before, fromMs] = [run.of('incident.opened').length, run.platform.nowMs];
    run.seconds(20, { lost: 0.9 }).seconds(60);
    const opened = run.of('incident.opened').slice(before);
    expect(opened).toHaveLength(1);
    return opened[0]!.atMs - fromMs;
  });
  expect(Math.max(...tookMs)).toBeLessThan(5_000);
});
