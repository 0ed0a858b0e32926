// Leases by the services' own word: one that ends with the engine's is fine, one that nobody ends or that holds on is told.
import type { Decision, FlagReport } from '@fenghuo/rules/contract';
import { expect, it } from 'vitest';
import { leasesHold, leasesOf } from './leases.ts';

const flag = (atMs: number, source: FlagReport['source'], action: string, probe = 'till@1') => ({
  atMs,
  report: { v: 1, probe, service: 'till', key: 'payer', value: 'x', source, action, atMs } as const,
});
const base = (atMs: number) => ({ v: 1, id: `0-${atMs}-0`, seq: atMs, atMs }) as const;
const why = { en: '', zh: '' };
const planned = (atMs: number, id: string): Decision => ({
  ...base(atMs),
  type: 'action.planned',
  incident: 'i',
  action: { id, incident: 'i', playbook: 'p', target: 'till', cause: 'c', flag: 'payer', value: 'x', leaseMs: 15_000 },
  why,
});
const undoing = (atMs: number, action: string): Decision => ({
  ...base(atMs),
  type: 'action.state',
  incident: 'i',
  action,
  from: 'verified',
  to: 'undoing',
  why,
});
const decisions = [planned(0, 'a'), undoing(30_000, 'a'), planned(50_000, 'b'), undoing(60_000, 'b')];

it('is over when its service says so', () => {
  const held = leasesOf(
    [
      flag(10, 'lease', 'a'),
      flag(20, 'lease', 'a'),
      flag(30_005, 'default', 'a'),
      flag(50_010, 'lease', 'b'),
      flag(70_000, 'expired', 'b'),
    ],
    decisions,
  );
  expect(held).toMatchObject([
    { action: 'a', heldMs: 29_995, afterMs: 5 },
    { action: 'b', heldMs: 19_990, afterMs: 10_000, leaseMs: 15_000 },
  ]);
  expect(leasesHold(held)).toEqual([expect.stringContaining('outlived: 0'), true]);
});

it('outlives where it holds beyond what was left of it, or for ever', () => {
  const late = leasesOf([flag(50_010, 'lease', 'b'), flag(76_000, 'expired', 'b')], decisions);
  expect(leasesHold(late)[1]).toBe(false);
  expect(leasesHold(leasesOf([flag(10, 'lease', 'a')], decisions))[1]).toBe(false);
});
