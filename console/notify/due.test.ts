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
const dueFor =
  (onlyEscalations: boolean) =>
  (nowMs: number, ...log: readonly Decision[]) => {
    const { incident, ledger } = after(...log);
    return duePage(incident, 'r', toldOf(ledger, 'i1', 'r'), nowMs, onlyEscalations);
  };
const [due, dueLate] = [dueFor(false), dueFor(true)];
const minute = 60_000;
/** All is told for now; the next clock runs out then. */
const until = (clockMs: number, nowMs = atMs) => ({ waitMs: atMs + clockMs - nowMs });

describe('pages that are due', () => {
  it('gives the cause a moment to be named with the opening', () => {
    expect(due(atMs + 500, opened)).toEqual({ waitMs: causeWaitMs - 500 });
    expect(due(atMs + causeWaitMs, opened)).toMatchObject({ about: 'open', cause: undefined });
    expect(due(atMs + 500, opened, cause('2', 'a'))).toMatchObject({ about: 'open', cause: { entity: 'a' } });
  });

  it('owes nothing more once the log says so, and an update for another cause only', () => {
    const open = sent('open', 'p1', 'a');
    expect(due(atMs, opened, cause('2', 'a'), open)).toEqual(until(5 * minute));
    expect(due(atMs, opened, cause('2', 'a'), open, cause('3', 'a'))).toEqual(until(5 * minute));
    expect(due(atMs, opened, cause('2', 'a'), open, cause('3', 'b'))).toMatchObject({ key: 'page-i1-r-cause-1' });
    const update = sent('cause', 'page-i1-r-cause-1', 'b');
    expect(due(atMs, opened, cause('2', 'a'), open, cause('3', 'b'), update, update)).toEqual(until(5 * minute));
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

describe('a clock that runs out', () => {
  const told = [opened, cause('2', 'a'), sent('open', 'p1', 'a')];
  const acked = says({ id: '5', type: 'incident.state', from: 'open', to: 'acknowledged', why: both, by: 'ann' });
  const escalated = (clock: string): Decision => sent('escalate', `page-i1-r-escalate-${clock}`, 'a');

  it('is told once: nobody is at it after five minutes, it is not repaired after thirty', () => {
    expect(due(atMs + 5 * minute - 1, ...told)).toEqual({ waitMs: 1 });
    expect(due(atMs + 5 * minute, ...told)).toMatchObject({ about: 'escalate', key: 'page-i1-r-escalate-respond' });
    expect(due(atMs + 6 * minute, ...told, escalated('respond'))).toEqual(until(30 * minute, atMs + 6 * minute));
    expect(due(atMs + 30 * minute, ...told, escalated('respond'))).toMatchObject({ key: 'page-i1-r-escalate-repair' });
    expect(due(atMs + 31 * minute, ...told, escalated('respond'), escalated('repair'))).toBeUndefined();
  });

  it('does not run against whoever has acknowledged, and none runs when it is repaired', () => {
    expect(due(atMs + 6 * minute, ...told, acked)).toEqual(until(30 * minute, atMs + 6 * minute));
    expect(due(atMs + 40 * minute, ...told, acked, repaired)).toBeUndefined();
  });

  it('wakes a second line that hears of nothing else, and tells it the end', () => {
    expect(dueLate(atMs, opened, cause('2', 'a'))).toEqual(until(minute));
    // Nobody took the page within a minute: no receiver works, or there is none.
    expect(dueLate(atMs + minute, opened, cause('2', 'a'))).toMatchObject({ key: 'page-i1-r-escalate-alert' });
    const other = says({ ...sent('open', 'p9', 'a'), receiver: 'first' });
    expect(dueLate(atMs + minute, opened, cause('2', 'a'), other)).toEqual(until(5 * minute, atMs + minute));
    expect(dueLate(atMs + 5 * minute, opened, cause('2', 'a'), other)).toMatchObject({ about: 'escalate' });
    expect(dueLate(atMs + 6 * minute, opened, other, escalated('respond'), closed)).toMatchObject({ about: 'resolve' });
    expect(dueLate(atMs + 6 * minute, opened, other, closed)).toBeUndefined();
  });
});
