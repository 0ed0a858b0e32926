// What is seen during an incident must not pass for usual afterwards: the same trouble an hour later would be told late.
import { expect, it } from 'vitest';
import { Run } from './testing/run.ts';

/** What is usual of the slowest calls of the till, which pays, to the store, and how much of it is chance, s. */
const usual = ({ engine, platform: { names } }: Run): { readonly mean: number; readonly sd: number } => {
  const slowest = engine.watch.places
    .by(names.till)
    .find(({ meta }) => meta.class === 'latency' && meta.entity === names.store && meta.stat === 'p99');
  const { mean, sd } = engine.watch.bank.baseline(slowest!.index);
  return { mean, sd };
};

it('learns nothing of how calls fare between those whom an incident touches, and learns again once it is closed', () => {
  const run = new Run(51).seconds(180);
  const { one } = run.platform.names;
  run.seconds(4, { slow: { [one]: 700 } });
  expect(run.of('incident.opened')).toHaveLength(1);
  const atOpening = usual(run);
  // The till waits for the payer; what it sees of others meanwhile is no measure of them.
  run.seconds(8, { slow: { [one]: 700 } });
  expect(run.states).not.toContain('closed');
  expect(usual(run)).toEqual(atOpening);
  for (let s = 0; s < 120 && !run.states.includes('closed'); s++) run.seconds(1);
  expect(run.states).toContain('closed');
  const closed = usual(run);
  run.seconds(30);
  expect(usual(run)).not.toEqual(closed);
});

it('takes what has lasted for eight minutes for how it is now', () => {
  const run = new Run(52).seconds(180);
  const { one, store } = run.platform.names;
  const trouble = { slow: { [one]: 700, [store]: 700 }, errors: { [one]: 0.5 } };
  run.seconds(10, trouble);
  const [file] = run.engine.files.values();
  expect(file?.unlearnt.size).toBeGreaterThan(0);
  run.seconds(500, trouble);
  expect(run.states).not.toContain('closed');
  expect(file?.unlearnt.size).toBe(0);
});
