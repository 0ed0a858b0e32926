// The incident document as SREs read it: folded from the log, complete at any point, and deaf to what it heard before.
import { describe, expect, it } from 'vitest';
import type { Decision } from './decision.ts';
import { decision } from './decision.ts';
import { type Incidents, projectDecision, screenReceiver } from './project.ts';

const both = (text: string) => ({ en: text, zh: text });
const log: readonly Decision[] = [
  {
    v: 1,
    id: '0-1-0',
    atMs: 1_000,
    seq: 1,
    type: 'incident.opened',
    incident: 'i1',
    onsetMs: 0,
    severity: 'critical',
    title: both('payments fail'),
    trigger: [],
  },
  {
    v: 1,
    id: '0-1-1',
    atMs: 1_000,
    seq: 1,
    type: 'incident.cause',
    incident: 'i1',
    cause: {
      entity: 'x',
      entityKind: 'third_party',
      metric: 'm',
      kind: 'latency',
      reason: both('x is slow'),
      confidence: 0.9,
    },
    ranking: [],
    path: [],
    affected: ['y'],
  },
  {
    v: 1,
    id: '0-2-0',
    atMs: 1_100,
    seq: 2,
    type: 'action.planned',
    incident: 'i1',
    why: both('switch'),
    action: {
      id: 'a1',
      incident: 'i1',
      playbook: 'p',
      target: 'y',
      cause: 'x',
      flag: 'f',
      value: 'z',
      leaseMs: 30_000,
    },
  },
  {
    v: 1,
    id: '0-2-1',
    atMs: 1_100,
    seq: 2,
    type: 'action.state',
    incident: 'i1',
    action: 'a1',
    from: 'planned',
    to: 'applying',
    why: both('lease'),
  },
  {
    v: 1,
    id: '0-3-0',
    atMs: 1_300,
    seq: 3,
    type: 'action.state',
    incident: 'i1',
    action: 'a1',
    from: 'applying',
    to: 'applied',
    why: both('effective'),
  },
  {
    v: 1,
    id: 'page-1',
    atMs: 1_500,
    seq: 3,
    type: 'page.sent',
    incident: 'i1',
    receiver: 'pager',
    about: 'open',
    attempts: 1,
  },
  {
    v: 1,
    id: '0-9-0',
    atMs: 9_000,
    seq: 9,
    type: 'incident.state',
    incident: 'i1',
    from: 'open',
    to: 'contained',
    why: both('verified'),
  },
  {
    v: 1,
    id: '0-99-0',
    atMs: 99_000,
    seq: 99,
    type: 'incident.state',
    incident: 'i1',
    from: 'contained',
    to: 'closed',
    why: both('quiet'),
  },
];
const fold = (decisions: readonly Decision[]): Incidents => decisions.reduce<Incidents>(projectDecision, new Map());

describe('projection of the decision log', () => {
  it('accepts every decision of the story on the wire', () => {
    for (const one of log) expect(decision.safeParse(JSON.parse(JSON.stringify(one))).success).toBe(true);
  });
  it('tells the incident: cause, action, clocks, end', () => {
    const incident = fold(log).get('i1');
    expect(incident?.cause?.entity).toBe('x');
    expect(incident?.actions[0]).toMatchObject({ state: 'applied', appliedMs: 1_300 });
    expect(incident?.clocks).toMatchObject({
      alertedMs: 1_500,
      alertedBy: 'pager',
      respondedMs: 9_000,
      respondedBy: 'fenghuo',
      repairedMs: 99_000,
      alertDueMs: 60_000,
    });
    expect(incident).toMatchObject({ state: 'closed', closedMs: 99_000 });
    expect(incident?.timeline).toHaveLength(log.length);
  });
  it('forgets what was recommended about another cause', () => {
    const base = { v: 1 as const, seq: 4, atMs: 1_400, incident: 'i1' };
    const said = { rule: 'r', cause: 'x', do: both('call x'), why: both('theirs') };
    const advised = fold([
      ...log.slice(0, 2),
      { ...base, id: '0-4-0', type: 'incident.recommended', recommendation: said },
    ]);
    expect(advised.get('i1')).toMatchObject({ recommendation: said, proof: { recommendation: '0-4-0' } });
    const [, named] = log;
    if (named?.type !== 'incident.cause') throw new Error('the second decision names the cause');
    const again = projectDecision(advised, { ...named, id: '0-5-0' }).get('i1');
    expect(again?.recommendation).toEqual(said);
    const other = projectDecision(advised, { ...named, id: '0-5-0', cause: { ...named.cause, entity: 'y' } }).get('i1');
    expect(other?.recommendation).toBeUndefined();
  });
  it('keeps which decision proves what', () => {
    expect(fold(log).get('i1')?.proof).toEqual({
      opened: '0-1-0',
      cause: '0-1-1',
      alerted: 'page-1',
      responded: '0-9-0',
      repaired: '0-99-0',
      closed: '0-99-0',
      actions: { a1: ['0-2-0', '0-2-1', '0-3-0'] },
    });
  });
  it('runs the alert clock until a receiver or a screen has it, and the first one counts', () => {
    expect(fold(log.slice(0, 2)).get('i1')?.clocks.alertedMs).toBeUndefined();
    const page = log.find((one) => one.type === 'page.sent');
    const again = { ...page, id: 'page-2', atMs: 2_500, receiver: screenReceiver };
    expect(fold([...log, decision.parse(again)]).get('i1')?.clocks.alertedMs).toBe(1_500);
  });
  it('takes back that it was repaired when the trouble comes back', () => {
    const move = (id: string, from: string, to: string) =>
      decision.parse({ ...log.at(-1), id, atMs: 50_000, type: 'incident.state', from, to });
    const relapsed = [...log.slice(0, -1), move('r1', 'contained', 'repaired'), move('r2', 'repaired', 'open')];
    expect(fold(relapsed).get('i1')?.clocks).not.toHaveProperty('repairedMs');
    expect(fold(relapsed).get('i1')?.proof).not.toHaveProperty('repaired');
    const closed = fold([...relapsed, ...log.slice(-1)]).get('i1');
    expect(closed?.clocks.repairedMs).toBe(99_000);
    expect(closed?.proof.repaired).toBe('0-99-0');
  });
  it('takes an update of the cause for no alert', () => {
    const page = log.find((one) => one.type === 'page.sent');
    const update = decision.parse({ ...page, id: 'page-3', about: 'cause' });
    expect(fold([...log.slice(0, 2), update]).get('i1')?.clocks.alertedMs).toBeUndefined();
  });
  it('changes nothing when a decision is delivered again', () => {
    const once = fold(log);
    expect(log.reduce<Incidents>(projectDecision, once)).toEqual(once);
  });
});
