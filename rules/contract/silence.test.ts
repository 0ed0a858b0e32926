// A silence mutes what it names, while it lasts, and nothing by accident.
import { describe, expect, it } from 'vitest';
import type { Incident } from './incident.ts';
import { type Matcher, type Silence, silenceDraft, silencedBy } from './silence.ts';

const both = { en: 't', zh: 't' };
const incident: Incident = {
  id: 'i1',
  state: 'open',
  severity: 'critical',
  title: both,
  onsetMs: 0,
  openedMs: 0,
  cause: { entity: 'lender-a', entityKind: 'third_party', metric: 'm', kind: 'latency', reason: both, confidence: 1 },
  ranking: [],
  path: [],
  affected: [],
  inhibited: [],
  actions: [],
  impact: [],
  clocks: { onsetMs: 0, alertDueMs: 1, respondDueMs: 2, repairDueMs: 3 },
  timeline: [],
  proof: { opened: 'd', actions: {} },
};
const is = (name: string, value: string, more: Partial<Matcher> = {}): Matcher => ({
  name,
  value,
  isRegex: false,
  isEqual: true,
  ...more,
});
const silence = (...matchers: Matcher[]): Silence => ({
  v: 1,
  id: 's',
  matchers,
  startsMs: 100,
  endsMs: 200,
  createdBy: 'me',
  comment: 'c',
});
const mutes = (one: Silence, nowMs = 150): boolean => silencedBy([one], incident, nowMs) !== undefined;

describe('silences', () => {
  it('hold from their start to before their end', () => {
    const one = silence(is('service', 'lender-a'));
    expect([99, 100, 199, 200].map((nowMs) => mutes(one, nowMs))).toEqual([false, true, true, false]);
  });
  it('match all of their matchers, whole values, and negations', () => {
    expect(mutes(silence(is('service', 'lender-a'), is('severity', 'critical')))).toBe(true);
    expect(mutes(silence(is('service', 'lender-a'), is('severity', 'error')))).toBe(false);
    expect(mutes(silence(is('service', 'lender', { isRegex: true })))).toBe(false);
    expect(mutes(silence(is('service', 'lender-.', { isRegex: true })))).toBe(true);
    expect(mutes(silence(is('service', 'lender-b', { isEqual: false })))).toBe(true);
    expect(mutes(silence(is('team', '')))).toBe(true);
  });
  it('tell the one that lasts longest', () => {
    const long = { ...silence(is('severity', 'critical')), id: 'long', endsMs: 300 };
    expect(silencedBy([silence(is('severity', 'critical')), long], incident, 150)?.id).toBe('long');
  });
  it.each([
    ['no matcher', { matchers: [] }],
    ['a matcher of everything', { matchers: [{ name: 'service', value: '.*', isRegex: true }] }],
    ['only a negation', { matchers: [{ name: 'service', value: 'x', isEqual: false }] }],
    ['a broken pattern', { matchers: [{ name: 'service', value: '(', isRegex: true }] }],
    ['an end before the start', { startsAt: '2026-01-02T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' }],
    ['nobody', { createdBy: '' }],
  ])('are refused: %s', (_, more) => {
    const draft = {
      matchers: [{ name: 'service', value: 'x' }],
      endsAt: '2026-01-03T00:00:00Z',
      createdBy: 'me',
      comment: 'c',
    };
    expect(silenceDraft.safeParse(draft).success).toBe(true);
    expect(silenceDraft.safeParse({ ...draft, ...more }).success).toBe(false);
  });
});
