// The suite's plan: complete, the same for a seed, and fair to a run that is cut short.
import { expect, it } from 'vitest';
import { faults } from '../../examples/takeaway/faults/table.ts';
import { cases } from './cases.ts';

it('runs every fault four times, half of them beside a distractor elsewhere, and every distractor alone', () => {
  const all = cases(4);
  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  for (const [fault, { kind }] of Object.entries(faults)) {
    const of = all.filter((one) => one.fault === fault && one.second === undefined);
    expect(of.length, fault).toBe(kind === 'fault' ? 4 : 1);
    expect(of.filter((one) => one.distractor !== undefined).length, fault).toBe(kind === 'fault' ? 2 : 0);
    for (const one of of) {
      expect(faults[fault]!.targets).toContain(one.target);
      expect(one.distractor?.target).not.toBe(one.target);
    }
  }
});

it('lets two faults that do not meet happen at once, the second later by turns', () => {
  const both = cases(4).flatMap(({ second, ...first }) => (second === undefined ? [] : [{ first, second }]));
  expect(both.length).toBeGreaterThanOrEqual(4);
  for (const { first, second } of both) {
    expect(faults[second.fault]!.targets).toContain(second.target);
    expect(second.target).not.toBe(first.target);
    expect(second.afterMs).toBeLessThan(first.seconds * 1_000);
  }
  expect(new Set(both.map(({ second }) => second.afterMs)).size).toBe(both.length);
});

it('puts no distractor at either end of a link that fails', () => {
  for (let seed = 1; seed <= 100; seed++)
    for (const { target, options, distractor } of cases(seed))
      if (distractor !== undefined) expect([target, options?.to]).not.toContain(distractor.target);
});

it('is the same for the same seed, another for another', () => {
  expect(cases(4)).toEqual(cases(4));
  expect(cases(5)).not.toEqual(cases(4));
});

it('meets every fault before it meets any again', () => {
  const kinds = Object.values(faults).filter(({ kind }) => kind === 'fault').length;
  expect(
    new Set(
      cases(7)
        .slice(0, kinds)
        .map(({ fault }) => fault),
    ).size,
  ).toBe(kinds);
});
