// The suite's judge: who is right first, who is right late, who opens an incident over nothing.
import type { Decision } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import type { Seen } from '../incident/witness.ts';
import { score, scoreBoth } from './score.ts';

const text = { en: '', zh: '' };
let seq = 0;
const base = () => ({ v: 1 as const, id: String(seq), seq: seq++, atMs: 0 });
const opened = (incident: string): Decision => ({
  ...base(),
  type: 'incident.opened',
  incident,
  onsetMs: 0,
  severity: 'error',
  title: text,
  trigger: [],
});
const cause = (entity: string, others: readonly string[] = [], incident = 'i'): Decision => ({
  ...base(),
  type: 'incident.cause',
  incident,
  cause: { entity, entityKind: 'service', metric: 'm', kind: 'errors', reason: text, confidence: 0.9 },
  ranking: [entity, entity, ...others].map((name) => ({
    entity: name,
    entityKind: 'service' as const,
    metric: 'm',
    score: 1,
    why: text,
    evidence: [],
  })),
  path: [],
  affected: [],
});
const at = (atMs: number, decision: Decision): Seen => ({ atMs, decision });
const bank = { right: ['bank'], kinds: ['errors'], fromMs: 1_000, deadlineMs: 2_000 };

describe('score', () => {
  it('counts a cause that is right at once, in time, with one page for one incident', () => {
    const scored = score([at(2_000, opened('i')), at(2_100, cause('bank'))], bank, 1);
    expect(scored).toMatchObject({
      top1: true,
      top3: true,
      kindRight: true,
      rightAfterMs: 1_100,
      inTime: true,
      extra: 0,
    });
  });

  it('does not count as first who was named only after another, however soon', () => {
    const seen = [at(2_000, opened('i')), at(2_100, cause('payment', ['bank'])), at(4_500, cause('bank'))];
    expect(score(seen, bank, 1)).toMatchObject({
      first: 'payment',
      top1: false,
      top3: true,
      rightAfterMs: 3_500,
      inTime: false,
    });
  });

  it('counts each entity of the ranking once, so that one entity with many figures leaves no room for none', () => {
    expect(score([at(2_000, cause('a', ['b', 'bank']))], bank, 1)).toMatchObject({ top1: false, top3: true });
    expect(score([at(2_000, cause('a', ['b', 'c', 'bank']))], bank, 1)).toMatchObject({ top3: false });
  });

  it('calls it wrong when nothing was noticed', () => {
    expect(score([], bank, 0)).toMatchObject({
      opened: 0,
      top1: false,
      top3: false,
      inTime: false,
      rightAfterMs: null,
    });
  });

  it('is in time where what grows is named before customers ever feel it, and late where nobody knows since when they do', () => {
    const seen = [at(2_000, opened('i')), at(2_100, cause('bank'))];
    const unfelt = { ...bank, fromMs: Number.POSITIVE_INFINITY };
    expect(score(seen, unfelt, 1)).toMatchObject({ top1: true, rightAfterMs: null, inTime: true });
    expect(score([], unfelt, 0)).toMatchObject({ inTime: false });
    expect(score(seen, { ...bank, fromMs: undefined }, 1)).toMatchObject({ rightAfterMs: null, inTime: false });
  });

  it('wants no incident where nothing is broken', () => {
    const nobody = { right: [], kinds: [], fromMs: 0, deadlineMs: 2_000 };
    expect(score([], nobody, 0)).toMatchObject({ top1: true, inTime: true, extra: 0 });
    expect(score([at(1, opened('i'))], nobody, 1)).toMatchObject({ top1: false, inTime: false, extra: 1 });
  });

  it('tells an action that was never undone from one that was', () => {
    const action = (id: string): Decision => ({
      ...base(),
      type: 'action.planned',
      incident: 'i',
      action: { id, incident: 'i', playbook: 'p', target: 't', cause: 'bank', flag: 'f', value: 'v', leaseMs: 1 },
      why: text,
    });
    const moved = (id: string, to: 'applied' | 'verified' | 'undone'): Decision => ({
      ...base(),
      type: 'action.state',
      incident: 'i',
      action: id,
      from: 'applying',
      to,
      why: text,
    });
    const done = ['applied', 'verified', 'undone'] as const;
    const seen = [action('a'), ...done.map((to) => moved('a', to)), action('b'), moved('b', 'applied')].map((d) =>
      at(1, d),
    );
    expect(score(seen, bank, 1)).toMatchObject({ actions: 2, verified: 1, undone: 1, dangling: 1 });
  });
});

describe('two faults at once', () => {
  const terminals = { right: ['terminals'], kinds: ['errors'], fromMs: 1_500, deadlineMs: 2_000 };
  it('want an incident each, with the right cause in each', () => {
    const seen = [
      at(2_000, opened('i')),
      at(2_100, cause('bank')),
      at(3_000, opened('j')),
      at(3_100, cause('terminals', [], 'j')),
    ];
    expect(scoreBoth(seen, [bank, terminals], 2)).toMatchObject({
      first: 'bank + terminals',
      top1: true,
      kindRight: true,
      rightAfterMs: 1_600,
      inTime: true,
      extra: 0,
    });
  });

  it('are not both found by one incident that names the one and then the other', () => {
    const seen = [at(2_000, opened('i')), at(2_100, cause('bank')), at(3_000, cause('terminals'))];
    expect(scoreBoth(seen, [bank, terminals], 1)).toMatchObject({
      first: 'bank + nobody',
      top1: false,
      top3: false,
      inTime: false,
    });
  });
});
