// Several playbooks for one cause: the next where one did not help, each only where its conditions hold; a recommendation where none may act.
import { type PlaybookRule, type RecommendationRule, type RuleBook, rule } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import type { Platform } from '../testing/platform.ts';
import { Run } from '../testing/run.ts';
import { candidates } from './choose.ts';

/** A playbook against trouble of the store, whatever else is asked for. */
const playbook = (name: string, service: string, more: { when?: object; guards?: object } = {}): PlaybookRule =>
  rule.parse({
    kind: 'playbook',
    name,
    title: name,
    when: { kinds: ['latency', 'errors', 'hang'], confidenceMin: 0, ...more.when },
    set: { service, flag: name, value: 'on for {{cause}}' },
    lease: '15s',
    guards: { cooldown: '1s', ...more.guards },
    verify: { kpi: 'paid', min: 0.95, within: '5s' },
    undo: { afterHealthy: '10s' },
  }) as PlaybookRule;
const advice = rule.parse({
  kind: 'recommendation',
  name: 'by-hand',
  when: { kinds: ['latency', 'errors', 'hang', 'unknown', 'network'] },
  do: { en: 'See to {{cause}}', zh: '处理 {{cause}}' },
  why: { en: 'nobody else can', zh: '别无他法' },
}) as RecommendationRule;
const withPlaybooks =
  (make: (names: Platform['names']) => readonly PlaybookRule[]) =>
  (rules: RuleBook, names: Platform['names']): RuleBook => ({
    ...rules,
    playbooks: make(names),
    recommendations: [advice],
  });
/** Calls to the till fail, whoever pays: no switch helps. */
const failing = (run: Run) => ({ errors: { [run.platform.names.till]: 0.6, [run.platform.names.one]: 0.6 } });

describe('several playbooks for one cause', () => {
  it('are tried one after the other, each undone when it does not help, then a person is told what to do', () => {
    const run = new Run(
      31,
      withPlaybooks((n) => [playbook('first', n.shop), playbook('second', n.front)]),
    ).seconds(120);
    run.seconds(40, failing(run));
    const steps = ['applying', 'applied', 'undoing', 'undone'];
    expect(run.moves).toEqual([...steps.map((to) => `first ${to}`), ...steps.map((to) => `second ${to}`)]);
    for (const [name, value] of run.flags) expect(value, name).toBe('own');
    const { cause } = run.of('incident.cause').at(-1)!;
    expect(run.of('incident.recommended').map((d) => d.recommendation)).toEqual([
      {
        rule: 'by-hand',
        cause: cause.entity,
        do: { en: `See to ${cause.entity}`, zh: `处理 ${cause.entity}` },
        why: advice.why,
      },
    ]);
  });

  it('pass over what a guard forbids, and say so', () => {
    const person = { guards: { approval: 'person' as const } };
    const run = new Run(
      32,
      withPlaybooks((n) => [
        playbook('sure', n.shop, { when: { confidenceMin: 1 } }),
        playbook('asks', n.front, person),
      ]),
    );
    run.seconds(120).seconds(8, failing(run));
    expect(run.moves).toEqual(['sure refused', 'asks awaiting_approval']);
    expect(run.of('incident.recommended')).toEqual([]);
  });

  it.each([
    [4, ['held refused', 'held applying']],
    [60, ['held refused', 'next applying']],
  ])(
    'keep their turn for a cooldown of %s s only where the next could not be judged before its end',
    (cooldown, moves) => {
      const run = new Run(
        37,
        withPlaybooks((n) => [
          playbook('held', n.shop, { guards: { cooldown: `${cooldown}s` } }),
          playbook('next', n.front),
        ]),
      ).seconds(120);
      // It helps, the trouble ends, it is undone; then the trouble is back at once.
      const helped = () => (run.flags.get(`${run.platform.names.shop} held`) === undefined ? failing(run) : {});
      run.seconds(8, helped);
      for (let s = 0; s < 40 && !run.moves.includes('held undone'); s++) run.seconds(1);
      expect(run.moves).toEqual(['applying', 'applied', 'verified', 'undoing', 'undone'].map((to) => `held ${to}`));
      run.seconds(8, failing(run));
      expect(run.moves.slice(5, 7)).toEqual(moves);
    },
  );

  it.each([
    [[3], true],
    [[1, 3], false],
  ])('take a stand-in for healthy by most of its last three seconds (late in %j: %s)', (lateIn, isHealthy) => {
    const run = new Run(38, (rules) => rules, 'off').seconds(120);
    const { one, two } = run.platform.names;
    run.seconds(2, { slow: { [one]: 750 } });
    const { cause } = run.of('incident.cause').at(-1)!;
    expect(cause.entity).toBe(one);
    for (const s of [1, 2, 3]) run.seconds(1, { slow: { [one]: 750, [two]: lateIn.includes(s) ? 150 : 0 } });
    expect(candidates(run.engine, cause, run.platform.nowMs).map(({ alternative }) => alternative)).toEqual(
      isHealthy ? [two] : [],
    );
  });

  it('act only about what is on their list', () => {
    const run = new Run(
      33,
      withPlaybooks((n) => [playbook('listed', n.shop, { when: { entities: [n.store] } })]),
    ).seconds(120);
    run.seconds(8, failing(run));
    expect(run.of('action.planned')).toEqual([]);
    expect(run.of('incident.recommended')).toHaveLength(1);
  });

  it.each([true, false])('after a deploy only where one was announced (announced: %s)', (isAnnounced) => {
    const run = new Run(
      34,
      withPlaybooks((n) => [playbook('hold', n.shop, { when: { afterDeploy: true } })]),
    ).seconds(120);
    const { one, till } = run.platform.names;
    if (isAnnounced)
      for (const service of [one, till])
        run.take(run.platform.say({ kind: 'event', event: { v: 1, kind: 'deploy', service, what: 'release 7' } }));
    run.seconds(4, failing(run));
    expect(run.of('action.planned').map(({ action }) => action.playbook)).toEqual(isAnnounced ? ['hold'] : []);
  });

  it('shed load only while there is more of it than usual', () => {
    const shed = (trafficMin: number) =>
      new Run(
        35,
        withPlaybooks((n) => [playbook('shed', n.shop, { when: { trafficMin } })]),
      );
    const [usual, more] = [shed(1), shed(3)];
    for (const run of [usual, more]) run.seconds(120).seconds(12, failing(run));
    expect(usual.of('action.planned').length).toBeGreaterThan(0);
    expect(more.of('action.planned')).toEqual([]);
  });
});

it('is not verified by a figure that was never bad, where the cause itself is to be mended', () => {
  const mend = (causeHealthy: boolean) =>
    new Run(36, (rules, names) => ({
      ...withPlaybooks((n) => [playbook('mend', n.shop)])(rules, names),
      playbooks: [playbook('mend', names.shop)].map((p) => ({ ...p, verify: { ...p.verify, causeHealthy } })),
    }));
  const moves = (causeHealthy: boolean): string[] => {
    const run = mend(causeHealthy).seconds(120);
    // Slow, and nobody gives up for it: payments succeed as ever.
    return run.seconds(20, { slow: { [run.platform.names.store]: 300 } }).moves;
  };
  expect(moves(false)).toContain('mend verified');
  expect(moves(true)).toEqual(['mend applying', 'mend applied', 'mend undoing', 'mend undone']);
});
