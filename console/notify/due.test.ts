// What is due follows from the log: told once, whoever asks, however often the log is read.
import { type Decision, decision, type Incident, type Incidents, projectDecision } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { causeWaitMs, duePage, foldPage, type Ledger, lateMsMax, toldOf } from './due.ts';

const atMs = 1_795_000_000_000;
const says = (more: object): Decision => decision.parse({ v: 1, seq: 1, atMs, incident: 'i1', ...more });
const both = { en: 'x', zh: 'x' };
const opened = says({
  id: '1',
  type: 'incident.opened',
  onsetMs: atMs,
  severity: 'critical',
  title: both,
  trigger: [],
});
const cause = (id: string, entity: string): Decision =>
  says({
    id,
    type: 'incident.cause',
    cause: { entity, entityKind: 'service', metric: 'm', kind: 'latency', reason: both, confidence: 0.9 },
    ranking: [],
    path: [],
    affected: [],
  });
const closed = says({ id: '9', type: 'incident.state', from: 'open', to: 'closed', why: both });
const repaired = says({ id: '8', type: 'incident.state', from: 'open', to: 'repaired', why: both });
const sent = (about: string, key: string, entity?: string): Decision =>
  says({
    id: key,
    type: 'page.sent',
    receiver: 'r',
    about,
    attempts: 1,
    ...(entity === undefined ? {} : { cause: { entity, kind: 'latency' } }),
  });

const after = (...log: readonly Decision[]): { incident: Incident; ledger: Ledger } => {
  const incident = log.reduce<Incidents>(projectDecision, new Map()).get('i1');
  if (incident === undefined) throw new Error('each log here begins with an opening');
  return { incident, ledger: log.reduce<Ledger>(foldPage, new Map()) };
};
const due = (nowMs: number, ...log: readonly Decision[]) => {
  const { incident, ledger } = after(...log);
  return duePage(incident, 'r', toldOf(ledger, 'i1', 'r'), nowMs);
};

describe('pages that are due', () => {
  it('gives the cause a moment to be named with the opening', () => {
    expect(due(atMs + 500, opened)).toEqual({ waitMs: causeWaitMs - 500 });
    expect(due(atMs + causeWaitMs, opened)).toMatchObject({ about: 'open', cause: undefined });
    expect(due(atMs + 500, opened, cause('2', 'a'))).toMatchObject({ about: 'open', cause: { entity: 'a' } });
  });

  it('owes nothing more once the log says so, and an update for another cause only', () => {
    const open = sent('open', 'p1', 'a');
    expect(due(atMs, opened, cause('2', 'a'), open)).toBeUndefined();
    expect(due(atMs, opened, cause('2', 'a'), open, cause('3', 'a'))).toBeUndefined();
    expect(due(atMs, opened, cause('2', 'a'), open, cause('3', 'b'))).toMatchObject({ key: 'page-i1-r-cause-1' });
    const update = sent('cause', 'page-i1-r-cause-1', 'b');
    expect(due(atMs, opened, cause('2', 'a'), open, cause('3', 'b'), update, update)).toBeUndefined();
    expect(due(atMs, opened, cause('2', 'a'), open, update, cause('3', 'a'))).toMatchObject({
      key: 'page-i1-r-cause-2',
    });
  });

  it('names the cause to whom the opening could not', () =>
    expect(due(atMs, opened, sent('open', 'p1'), cause('2', 'a'))).toMatchObject({ about: 'cause' }));

  it('resolves once, when it is over and not when it may relapse', () => {
    const told = [opened, cause('2', 'a'), sent('open', 'p1', 'a')];
    expect(due(atMs, ...told, repaired)).toBeUndefined();
    expect(due(atMs, ...told, repaired, closed)).toMatchObject({ about: 'resolve' });
    expect(due(atMs, ...told, closed, sent('resolve', 'p2', 'a'))).toBeUndefined();
  });

  it('still tells what ended while nobody was told, unless that is long past', () => {
    expect(due(atMs + 1, opened, says({ ...sent('open', 'p9'), receiver: 'another' }), closed)).toBeUndefined();
    expect(due(atMs + 1, opened, closed)).toMatchObject({ about: 'open' });
    expect(due(atMs + lateMsMax + 1, opened, closed)).toBeUndefined();
  });
});
