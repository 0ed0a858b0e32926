// Properties of the leased transaction: whatever is measured and reported, it ends, one lease a flag, and none outlives its renewals.
import { type ActionState, actionFinal, actionNext, type Decision, type FlagLease } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { step } from '../pipeline.ts';
import { Platform, randomNames, rulesFor, type Trouble } from '../testing/platform.ts';

const second = fc.record({
  /** Extra milliseconds at each third party. */
  one: fc.constantFrom(0, 0, 750, 2_000),
  two: fc.constantFrom(0, 0, 0, 900),
  agent: fc.constantFrom('answers', 'answers', 'silent', 'expires'),
  person: fc.constantFrom('nobody', 'nobody', 'nobody', 'nobody', 'undo', 'resolve'),
  length: fc.integer({ min: 1, max: 25 }),
});

type Seen = { readonly log: Decision[]; readonly leases: { readonly atMs: number; readonly lease: FlagLease }[] };

const live = (
  seed: number,
  story: readonly { one: number; two: number; agent: string; person: string; length: number }[],
): Seen => {
  const names = randomNames(seed);
  const platform = new Platform(names, seed);
  const engine = createEngine(rulesFor(names), { partition: 0, act: 'on' });
  const seen: Seen = { log: [], leases: [] };
  let held: FlagLease | undefined;
  const feed = (input: Parameters<typeof step>[1]): void => {
    const out = step(engine, input);
    seen.log.push(...out.decisions);
    for (const lease of out.leases) {
      seen.leases.push({ atMs: input.atMs, lease });
      held = lease;
    }
  };
  const report = (source: 'lease' | 'default' | 'expired'): void => {
    if (held === undefined) return;
    const value = source === 'lease' && held.value !== null ? held.value : names.one;
    platform.value = value;
    feed(
      platform.say({
        kind: 'flag',
        report: { v: 1, probe: 'p', service: names.till, key: 'payer', value, source, action: held.action, atMs: 0 },
      }),
    );
  };
  const run = (seconds: number, trouble: Trouble, agent: string): void => {
    for (let i = 0; i < seconds; i++) {
      for (const input of platform.second(trouble)) feed(input);
      if (agent === 'answers') report(held?.value == null ? 'default' : 'lease');
      if (agent === 'expires') report('expired');
    }
  };
  run(40, {}, 'answers');
  for (const { one, two, agent, person, length } of story) {
    run(length, { slow: { [names.one]: one, [names.two]: two } }, agent);
    const action = [...engine.incidents.values()].flatMap((i) => i.actions).at(-1);
    if (person === 'undo' && action)
      feed(platform.say({ kind: 'command', command: { v: 1, verb: 'undo', action: action.id, by: 'p' } }));
    const open = [...engine.files.keys()][0];
    if (person === 'resolve' && open)
      feed(platform.say({ kind: 'command', command: { v: 1, verb: 'resolve', incident: open, by: 'p', reason: 'r' } }));
  }
  run(120, {}, 'answers');
  return seen;
};

it('always ends, holds one lease a flag, moves only as the contract allows, and renews or ends each lease in time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.array(second, { maxLength: 5 }), (seed, story) => {
      const { log, leases } = live(seed, story);
      const states = new Map<string, ActionState>();
      for (const d of log) {
        if (d.type === 'action.planned') {
          states.set(d.action.id, 'planned');
        }
        if (d.type !== 'action.state') continue;
        expect(states.get(d.action)).toBe(d.from);
        // Only one may reach for the flag: all others have ended by then.
        if (d.to === 'applying')
          for (const [id, state] of states) expect([id, id === d.action || actionFinal(state)]).toEqual([id, true]);
        expect(actionNext[d.from]).toContain(d.to);
        states.set(d.action, d.to);
      }
      for (const [id, state] of states) expect([id, actionFinal(state)]).toEqual([id, true]);
      const last = new Map<string, { atMs: number; lease: FlagLease }>();
      for (const one of leases) {
        const before = last.get(one.lease.action);
        // Never again a value after the end, and never a gap in which the lease would have run out.
        if (before !== undefined)
          expect([before.lease.value === null, one.atMs - before.atMs < before.lease.leaseMs]).toEqual([false, true]);
        last.set(one.lease.action, one);
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);
