// The engine on a made-up platform: a third party turns slow, is named, left, and returned to; what looks like it is no incident.
import { hash64, type RuleBook } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { createEngine } from './engine.ts';
import type { Input } from './input.ts';
import { step } from './pipeline.ts';
import { rulesFor } from './testing/platform.ts';
import { Run } from './testing/run.ts';

it('does not suspect who is merely not called any more while their probes report', () => {
  const run = new Run(11).seconds(120);
  const { one, store, till } = run.platform.names;
  // Nobody gets as far as the store, whose figures stop; then the third party turns slow.
  run.seconds(6, { uncalled: [store] }).seconds(8, { slow: { [one]: 750 }, uncalled: [store] });
  const { cause, ranking } = run.of('incident.cause').at(-1)!;
  expect(cause.entity).toBe(one);
  expect(ranking.map((suspect) => suspect.entity)).toContain(till);
  expect(ranking.map((suspect) => suspect.entity)).not.toContain(store);
});

describe('a third party turns slow', () => {
  const run = new Run(7).seconds(120);
  const { one, two, till } = run.platform.names;
  it('is quiet before', () => expect(run.log).toEqual([]));

  it('opens within two ticks and names the third party', () => {
    const t0 = run.platform.nowMs;
    run.seconds(3, { slow: { [one]: 750 } });
    expect(run.of('incident.opened')).toHaveLength(1);
    expect(run.of('incident.opened')[0]!.atMs - t0).toBeLessThanOrEqual(2_250);
    expect(run.of('incident.cause')[0]?.cause).toMatchObject({
      entity: one,
      entityKind: 'third_party',
      kind: 'latency',
    });
    expect(run.of('incident.cause')[0]!.atMs - t0).toBeLessThanOrEqual(2_250);
  });

  it('switches to the alternative under a lease, verifies, and stays while the cause is slow', () => {
    expect(run.leases[0]).toMatchObject({ service: till, key: 'payer', value: two, renewal: 0 });
    run.seconds(60, { slow: { [one]: 750 } });
    expect(run.states).toEqual(['applying', 'applied', 'verified', 'contained']);
    expect(run.platform.value).toBe(two);
    const gaps = run.leases.map((l) => l.renewal);
    expect(gaps).toEqual(gaps.map((_, i) => i));
    expect(gaps.length).toBeGreaterThanOrEqual(12);
  });

  it('takes an acknowledgement of what is contained, which stays contained', () => {
    const incident = run.of('incident.opened')[0]!.incident!;
    const before = run.log.length;
    run.take(run.platform.say({ kind: 'command', command: { v: 1, verb: 'ack', incident, by: 'ann' } }));
    expect(run.log.slice(before)).toMatchObject([{ type: 'incident.state', to: 'contained', by: 'ann' }]);
    expect(run.engine.incidents.get(incident)?.clocks.respondedBy).toBeDefined();
  });

  it('switches back when the trickle measures the cause healthy, and closes', () => {
    run.seconds(70);
    expect(run.states.slice(5)).toEqual(['repaired', 'undoing', 'undone', 'closed']);
    expect(run.platform.value).toBe(one);
    expect(run.of('incident.opened')).toHaveLength(1);
    expect(run.of('incident.impact').at(-1)!.impact[0]).toMatchObject({ kpi: 'sales', audience: 'customers' });
  });

  it('gives the same log for the same inputs, byte for byte', () => {
    const again = createEngine(rulesFor(run.platform.names), { partition: 0, act: 'on' });
    const log = run.inputs.flatMap((input) => step(again, input).decisions);
    expect(JSON.stringify(log)).toBe(JSON.stringify(run.log));
  });

  it('gives every decision its own id', () => expect(new Set(run.log.map((d) => d.id)).size).toBe(run.log.length));
});

it('looks again when a process has told that was late: a blocked loop holds its own frames up', () => {
  const run = new Run(7).seconds(120);
  const { front, one, till } = run.platform.names;
  const trouble = { errors: { [one]: 0.3 } };
  run.seconds(1, trouble);
  // Of the second tick others tell in time or a little late, and the till last.
  const late = (input: Input): Input => {
    const probe = input.kind === 'frame' ? input.frame.probe : '';
    const byMs = probe === hash64(`${till}@1`) ? 600 : probe === hash64(`${front}@1`) ? 300 : 0;
    return { ...input, atMs: input.atMs + byMs };
  };
  for (const input of run.platform
    .second(trouble)
    .map(late)
    .sort((a, b) => a.atMs - b.atMs))
    run.take(input);
  expect(run.of('incident.opened').map(({ atMs }) => atMs - run.platform.nowMs)).toEqual([670]);
  expect(run.of('incident.cause')[0]?.cause.entity).toBe(one);
});

describe('what is no incident', () => {
  it.each([1, 2, 3])('noise, ten minutes (seed %i)', (seed) => expect(new Run(seed).seconds(600).log).toEqual([]));
  it('one slow tick', () => {
    const run = new Run(4).seconds(60);
    expect(run.seconds(1, { slow: { [run.platform.names.store]: 120 } }).seconds(30).log).toEqual([]);
  });
  it('a machine on which everything is slower at once', () =>
    expect(new Run(5).seconds(90).seconds(20, { busy: 4 }).seconds(30).log).toEqual([]));
  it('a pause of one caller, which makes all its callees look slow for a tick', () => {
    const run = new Run(14).seconds(90);
    const { one, two, store } = run.platform.names;
    expect(run.seconds(1, { slow: { [one]: 700, [two]: 700, [store]: 700 } }).seconds(20).log).toEqual([]);
  });
  it('a service whose processor is loud and harmless', () => {
    const run = new Run(6).seconds(90);
    expect(run.seconds(60, { loud: { [run.platform.names.shop]: 3 } }).log).toEqual([]);
  });
  const works = (run: Run, service: string): Run => {
    const timeMs = run.platform.nowMs;
    const event = { v: 1, kind: 'maintenance', service, what: 'works', timeMs, untilMs: timeMs + 60_000 } as const;
    run.take(run.platform.say({ kind: 'event', event }));
    return run;
  };
  it('planned maintenance', () => {
    const run = new Run(8).seconds(90);
    const { one } = run.platform.names;
    expect(
      works(run, one)
        .seconds(40, { slow: { [one]: 300 } })
        .of('incident.opened'),
    ).toEqual([]);
  });
  it('what customers feel of planned maintenance', () => {
    const run = new Run(8).seconds(90);
    const { one } = run.platform.names;
    expect(
      works(run, one)
        .seconds(10, { errors: { [one]: 1 } })
        .seconds(30)
        .of('incident.opened'),
    ).toEqual([]);
  });
  it('but what a service no longer keeps that does not wait for it is one', () => {
    const run = new Run(8).seconds(90);
    const { one, store } = run.platform.names;
    works(run, one).seconds(8, { errors: { [one]: 1 }, lost: 1 });
    expect(run.of('incident.cause').map(({ cause }) => cause.entity)).toEqual([store]);
  });
  it('but trouble of who calls it is one, while the work itself hurts nobody', () => {
    const run = new Run(8).seconds(90);
    const { one, shop } = run.platform.names;
    works(run, one).seconds(20, { errors: { [shop]: 1 } });
    expect(run.of('incident.cause').map(({ cause }) => cause.entity)).toEqual([shop]);
  });
  it('but calls that fail are one as soon as it has been back for more than a tick, whose callee it was away from', () => {
    const run = new Run(8).seconds(90);
    const { one, till } = run.platform.names;
    const away = { silent: [till], uncalled: [one] } as const;
    const opened = works(run, till)
      .seconds(4, away)
      .seconds(3, { errors: { [one]: 0.5 } })
      .of('incident.cause');
    expect(opened.map(({ cause }) => cause.entity)).toEqual([one]);
  });
  it('but trouble of whom it calls is one, while it is there and sees the others well', () => {
    const run = new Run(8).seconds(90);
    const { one, till } = run.platform.names;
    works(run, till).seconds(20, { slow: { [one]: 750 } });
    expect(run.of('incident.cause').map(({ cause }) => cause.entity)).toEqual([one]);
  });
  it('and what it sees of all whom it calls is its own trouble', () => {
    const run = new Run(8).seconds(90);
    const { one, two, store, till } = run.platform.names;
    const slow = { [one]: 750, [two]: 750, [store]: 750 };
    expect(
      works(run, till)
        .seconds(20, { slow })
        .of('incident.cause')
        .map(({ cause }) => cause.entity),
    ).not.toContain(one);
  });
  it('and whoever is worked on is not named for what others suffer from, however loud it is itself', () => {
    const run = new Run(8).seconds(90);
    const { one, store } = run.platform.names;
    works(run, store).seconds(20, { slow: { [one]: 750 }, loud: { [store]: 40 } });
    expect(run.of('incident.cause').map(({ cause }) => cause.entity)).toEqual([one]);
    expect(run.of('incident.cause')[0]!.ranking.map(({ entity }) => entity)).not.toContain(store);
  });
});

describe('the guards of an action', () => {
  it('FENGHUO_ACT=off and dry plan, refuse and touch nothing', () => {
    for (const mode of ['off', 'dry'] as const) {
      const run = new Run(9, undefined, mode).seconds(90);
      run.seconds(30, { slow: { [run.platform.names.one]: 750 } });
      expect(run.leases).toEqual([]);
      expect(run.states).toEqual(['refused']);
    }
  });

  it('undoes what nobody confirms and does not try again', () => {
    const run = new Run(10).seconds(90);
    run.agentAnswers = false;
    run.seconds(60, { slow: { [run.platform.names.one]: 750 } });
    expect(run.states).toEqual(['applying', 'undoing', 'expired']);
    expect(run.leases.at(-1)?.value).toBeNull();
  });

  it('waits for a person where the playbook asks for one', () => {
    const person = (rules: RuleBook): RuleBook => ({
      ...rules,
      playbooks: rules.playbooks.map((p) => ({ ...p, guards: { ...p.guards, approval: 'person' as const } })),
    });
    const run = new Run(11, person).seconds(90);
    const slow = { slow: { [run.platform.names.one]: 750 } };
    run.seconds(5, slow);
    expect(run.states).toEqual(['awaiting_approval']);
    const action = run.of('action.planned')[0]!.action.id;
    run.take(run.platform.say({ kind: 'command', command: { v: 1, verb: 'approve', action, by: 'ann' } }));
    run.seconds(5, slow);
    expect(run.states.slice(1, 3)).toEqual(['applying', 'applied']);
    run.take(run.platform.say({ kind: 'command', command: { v: 1, verb: 'undo', action, by: 'ann' } }));
    expect(run.seconds(20, slow).states.filter((s) => s === 'applying')).toHaveLength(1);
    expect(run.platform.value).toBe(run.platform.names.one);
  });
});

describe('errors and a crash', () => {
  it('names the third party that answers with errors', () => {
    const run = new Run(12).seconds(90);
    const { one } = run.platform.names;
    run.seconds(6, { errors: { [one]: 0.6 } });
    expect(run.of('incident.cause')[0]?.cause.entity).toBe(one);
  });
  it('opens on the second tick in which most calls fail, whatever earlier bursts did to the band', () => {
    const run = new Run(12).seconds(90);
    const { store } = run.platform.names;
    for (let burst = 0; burst < 4; burst++) run.seconds(1, { errors: { [store]: 1 } }).seconds(20);
    expect(run.of('incident.opened')).toEqual([]);
    const t0 = run.platform.nowMs;
    run.seconds(2, { errors: { [store]: 1 } });
    expect(run.of('incident.opened')[0]!.atMs - t0).toBeLessThanOrEqual(2_250);
  });
  it('names the service that fell silent while its callers fail', () => {
    const run = new Run(13).seconds(90);
    const { till } = run.platform.names;
    run.seconds(8, { silent: [till], errors: { [till]: 1 } });
    expect(run.of('incident.cause')[0]?.cause).toMatchObject({ entity: till, kind: 'silence' });
    expect(run.of('incident.cause').at(-1)?.cause.entity).toBe(till);
  });
});
