// What the page says and shows first, as functions of the incident: advice, order of charts, shape of the graph, the story's lines.
import type { Incident, LiveEvidence, LiveGraph } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { incidentDocument } from '../server/api.ts';
import { range, span, times, value } from '../shared/figures.ts';
import { adviceFor, decisiveFigure, isStillOff } from './advice.ts';
import { chartOrder, chartTitle } from './chart-order.ts';
import { connected, involved, places, shortName } from './graph-shape.ts';
import { grouped } from './timeline-groups.ts';

const both = (text: string) => ({ en: text, zh: text });
const base: Incident = {
  id: 'i',
  state: 'open',
  severity: 'critical',
  title: both('t'),
  onsetMs: 0,
  openedMs: 0,
  cause: null,
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
const cause: NonNullable<Incident['cause']> = {
  entity: 'lender',
  entityKind: 'third_party',
  metric: 'm',
  kind: 'latency',
  reason: both('slow'),
  confidence: 0.9,
};
const action = (state: Incident['actions'][number]['state']): Incident['actions'][number] => ({
  id: 'a',
  incident: 'i',
  playbook: 'p',
  target: 'till',
  cause: 'lender',
  flag: 'channel',
  value: 'other',
  leaseMs: 1,
  state,
  plannedMs: 0,
  why: both('because'),
});
const advice = (more: Partial<Incident>) => adviceFor(incidentDocument({ ...base, ...more }));

const said = {
  rule: 'r',
  cause: 'lender',
  do: { en: 'ring them up', zh: '联系' },
  why: { en: 'no stand-in', zh: '无替代' },
};
describe('advice', () => {
  it.each([
    ['no cause yet', {}, 'wait', 'looking for the cause'],
    ['no playbook', { cause }, 'act', 'Call lender'],
    ['a decision waits', { cause, actions: [action('awaiting_approval')] }, 'act', 'Nothing changes until you approve'],
    ['being tried', { cause, actions: [action('applied')] }, 'wait', 'is being tried'],
    ['it holds', { cause, state: 'contained', actions: [action('verified')] }, 'calm', 'till uses other'],
    ['it failed', { cause, actions: [action('failed')] }, 'act', 'Act on lender by hand'],
    ['a rule says what to do', { cause, recommendation: said }, 'act', 'ring them up. Why not by itself: no stand-in'],
    [
      'it failed, and a rule says what to do',
      { cause, recommendation: said, actions: [action('undone')] },
      'act',
      'ring',
    ],
    ['repaired', { cause, state: 'repaired', actions: [action('undone')] }, 'calm', 'measured healthy'],
    ['closed', { cause, state: 'closed', actions: [action('undone')] }, 'over', 'report'],
  ] as const)('%s', (_, more, tone, words) => {
    const said = advice({ ...more, actions: 'actions' in more ? [...more.actions] : [] });
    expect(said.tone).toBe(tone);
    expect(said.text.en).toContain(words);
    expect(said.text.zh).not.toBe(said.text.en);
  });
});

/** A call's duration, usually 50 ms, as it was seen. */
const figure = (seen: number, z: number) => ({
  series: `${seen}`,
  entity: 'lender',
  metric: 'm',
  unit: 's',
  class: 'latency' as const,
  shape: 'shift' as const,
  onsetMs: 0,
  detectedMs: 0,
  seen,
  expected: 0.05,
  low: 0.03,
  high: 0.08,
  z,
  probability: 1,
});

it('shows the figure that was out of its band, not one that had come back', () => {
  const suspect = { entity: 'lender', entityKind: 'third_party' as const, metric: 'm', score: 1, why: both('slow') };
  const told = (...evidence: ReturnType<typeof figure>[]) =>
    decisiveFigure(incidentDocument({ ...base, cause, ranking: [{ ...suspect, evidence }] }))?.seen;
  expect(told(figure(0.06, 90), figure(0.7, 20), figure(0.9, 40))).toBe(0.9);
  expect(told(figure(0.06, 90))).toBeUndefined();
});

it('calls a figure well once it is no longer off on the side on which it hurt', () => {
  const [late, few] = [figure(0.9, 40), figure(0.01, -40)];
  expect([0, 0.05, 0.5].map((now) => isStillOff(late, now))).toEqual([false, false, true]);
  expect([0, 0.05, 0.5].map((now) => isStillOff(few, now))).toEqual([true, false, false]);
});

describe('charts', () => {
  const one = (more: object): LiveEvidence['series'][number] => ({
    series: JSON.stringify(more),
    entity: 'lender',
    caller: 'till',
    metric: 'm',
    unit: 's',
    class: 'latency',
    points: [],
    ...more,
  });
  const [p99, p50, far] = [one({ stat: 'p99' }), one({ stat: 'p50' }), one({ entity: 'shop', stat: 'p50' })];
  const kpi = one({ entity: 'customers', metric: 'paid', class: 'business' });

  it("shows the cause's usual figure first, then what customers feel", () => {
    expect(chartOrder([far, p99, kpi, p50], cause)).toEqual([p50, kpi, p99, far]);
    expect(chartOrder([far, kpi], null)).toEqual([kpi, far]);
  });
  it('says which figure of which edge it is', () => {
    expect(chartTitle(p99, [], 'en')).toBe('till → lender · m p99');
    const known: LiveGraph['kpis'] = [
      {
        kpi: 'paid',
        title: { en: 'Paid', zh: '已付' },
        audience: 'customers',
        unit: '1',
        value: 1,
        expected: 1,
        low: 1,
        high: 1,
        anomaly: 0,
      },
    ];
    expect(chartTitle(kpi, known, 'zh')).toBe('已付');
  });
});

describe('graph', () => {
  const edge = (caller: string, callee: string): LiveGraph['edges'][number] => ({
    caller,
    callee,
    protocol: 'http',
    rate: 1,
    errorRatio: 0,
    p50: 0.1,
    p99: null,
    anomaly: 0,
    ageMs: 0,
    source: 'traffic',
  });
  const node = (entity: string, kind: 'service' | 'host' = 'service'): LiveGraph['nodes'][number] => ({
    entity,
    kind,
    anomaly: 0,
    telemetry: 'own',
  });
  const graph: LiveGraph = {
    v: 1,
    atMs: 0,
    nodes: [...['app', 'till', 'lender', 'other', 'menu'].map((name) => node(name)), node('vm', 'host')],
    edges: [edge('app', 'till'), edge('till', 'lender'), edge('till', 'other'), edge('app', 'menu')],
    kpis: [],
    slos: [],
    checks: [],
    sources: {
      flowing: 0,
      troubled: { bus_slow: 0, probe_silent: 0, service_dead: 0, unheard: 0 },
      watermarkMs: null,
      shown: [],
    },
    engine: { series: 0, samplesPerSecond: 0, lagMs: 0, shedLevel: 0, shedSamples: 0 },
  };
  it('draws who calls or is called, callers left of callees, at places that depend on names alone', () => {
    const drawn = connected(graph);
    expect(drawn.nodes.map((n) => n.entity)).not.toContain('vm');
    const at = places(drawn, 'LR');
    expect(at.get('app')?.x).toBeLessThan(at.get('till')?.x ?? 0);
    expect(at.get('till')?.x).toBeLessThan(at.get('lender')?.x ?? 0);
    expect(places(connected({ ...graph, atMs: 9 }), 'LR')).toEqual(at);
  });
  it('narrows to the cause, its path, and what could stand in', () => {
    const path = [{ from: 'lender', to: 'till', onsetMs: 0, why: both('waits') }];
    expect(involved(graph, 'lender', path).nodes.map((n) => n.entity)).toEqual(['till', 'lender', 'other']);
  });
  it('shortens addresses only', () => {
    expect(shortName('127.0.0.1:17104')).toBe(':17104');
    expect(shortName('bank-a')).toBe('bank-a');
  });
});

it('folds runs of symptoms, never turns', () => {
  const entry = (type: string, decision: string) => ({ type, decision, atMs: 0, at: null, text: both(type) });
  const entries = [
    entry('incident.cause', '1'),
    entry('incident.inhibited', '2'),
    entry('incident.inhibited', '3'),
    entry('action.state', '4'),
    entry('action.state', '5'),
  ];
  expect(grouped(entries).map((group) => group.entries.length)).toEqual([1, 2, 1, 1]);
});

describe('numbers', () => {
  it('fit their unit', () => {
    expect([value(0.725, 's'), value(0.0004, 's'), value(12.3, 's'), value(0, 's')]).toEqual([
      '725 ms',
      '0.4 ms',
      '12.30 s',
      '0 ms',
    ]);
    expect([value(0.978, '1'), value(33.33, '{order}'), value(3 * 1_024 ** 3, 'By'), value(null, 's')]).toEqual([
      '97.8 %',
      '33.3 orders',
      '3 GiB',
      '–',
    ]);
  });
  it('name a band once, and nothing impossible', () => {
    expect(range(0.034, 0.083, 's')).toBe('34 – 83 ms');
    expect(range(-2.3, 17.3, '{order}')).toBe('0 – 17.3 orders');
    expect(range(0.892, 1.093, '1', true)).toBe('89.2 – 100.0 %');
    expect(range(0.5, 1.5, 's')).toBe('500 ms – 1.50 s');
  });
  it('say how long and how much more', () => {
    expect([span(7_140, 'en'), span(66_000, 'en'), span(7_500_000, 'zh')]).toEqual([
      '7.1 s',
      '1 min 6 s',
      '2 小时 5 分',
    ]);
    expect([times(0.725, 0.0528), times(0.1, 0.05), times(0.05, 0.05), times(1, 0), times(4_096, 1e-10)]).toEqual([
      '×14',
      '×2.0',
      '',
      '',
      '',
    ]);
  });
});
