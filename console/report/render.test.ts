// The report says nothing without the decision that proves it, in both languages, and no name becomes markup.
import { decision, type Incidents, projectDecision } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { renderReport } from './render.ts';
import { reportOf } from './story.ts';

const onsetMs = 1_795_000_000_000;
const opened = decision.parse({
  v: 1,
  id: 'd-1',
  seq: 1,
  atMs: onsetMs + 9_000,
  type: 'incident.opened',
  incident: 'inc-1',
  severity: 'critical',
  title: { en: 'orders fall <script>', zh: '订单下跌' },
  onsetMs,
  trigger: [],
});
const shown = decision.parse({
  v: 1,
  id: 'page-inc-1-screen-open',
  seq: 0,
  atMs: onsetMs + 9_500,
  type: 'page.sent',
  incident: 'inc-1',
  receiver: 'screen',
  about: 'open',
  attempts: 1,
});
const cause = decision.parse({
  v: 1,
  id: 'd-2',
  seq: 1,
  atMs: onsetMs + 9_000,
  type: 'incident.cause',
  incident: 'inc-1',
  cause: {
    entity: 'lender',
    entityKind: 'third_party',
    metric: 'http.client.request.duration',
    kind: 'latency',
    reason: { en: 'lender answers late', zh: 'lender 响应变慢' },
    confidence: 0.9,
  },
  ranking: [
    {
      entity: 'lender',
      entityKind: 'third_party',
      metric: 'http.client.request.duration',
      score: 5,
      why: { en: 'first', zh: '第一' },
      evidence: [
        {
          series: '0',
          entity: 'lender',
          caller: 'till',
          metric: 'http.client.request.duration',
          unit: 's',
          class: 'latency',
          stat: 'p50',
          shape: 'shift',
          onsetMs,
          detectedMs: onsetMs + 1_000,
          seen: 0.8,
          expected: 0.05,
          low: 0.03,
          high: 0.08,
          z: 40,
          probability: 1,
        },
      ],
    },
    { entity: 'till', entityKind: 'service', metric: 'm', score: 1, why: { en: 'waits', zh: '等待' }, evidence: [] },
  ],
  path: [
    {
      from: 'lender',
      to: 'till',
      onsetMs: onsetMs + 500,
      why: { en: 'till waits for lender', zh: 'till 依赖 lender' },
    },
  ],
  affected: ['till'],
});
const impact = decision.parse({
  v: 1,
  id: 'd-3',
  seq: 2,
  atMs: onsetMs + 12_000,
  type: 'incident.impact',
  incident: 'inc-1',
  impact: [
    {
      audience: 'customers',
      kpi: 'orders',
      unit: '{order}',
      lost: 41.6,
      lostLow: 30.2,
      lostHigh: 52.9,
      seen: 1,
      expected: 8,
    },
  ],
});
const recommended = decision.parse({
  v: 1,
  id: 'd-4',
  seq: 2,
  atMs: onsetMs + 12_000,
  type: 'incident.recommended',
  incident: 'inc-1',
  recommendation: {
    rule: 'call',
    cause: 'lender',
    do: { en: 'Call lender', zh: '联系 lender' },
    why: { en: 'It is theirs.', zh: '属于对方。' },
  },
});
const incident = [opened, cause, shown, impact, recommended].reduce<Incidents>(projectDecision, new Map()).get('inc-1');
if (incident === undefined) throw new Error('an opening makes an incident');
const md = (lang: 'en' | 'zh'): string => renderReport(incident, { lang, format: 'md' });

describe('report', () => {
  it('says what, why, how much and how quickly, with its figures', () => {
    const en = md('en');
    expect(en).toContain('# Incident report inc-1');
    expect(en).toContain(
      'till → lender: http.client.request.duration p50 800 ms (×16), expected 50 ms, band 30 – 80 ms',
    );
    expect(en).toContain('customers lost 42 orders (orders; 95 % interval 30 – 53)');
    expect(en).toContain('alerted: 9.5 s after the onset by screen; due within 1 min 0 s: kept.');
    expect(en).toContain('repaired: not yet');
    expect(en).toContain('till: waits');
    expect(en).toContain('Recommended: Call lender. Not done by itself: It is theirs. \\[`d-4`\\]');
  });

  it('ties each sentence to decisions of the log', () => {
    const known = new Set(incident.timeline.map((entry) => entry.decision).concat('d-3'));
    const { sections } = reportOf(incident);
    const told = sections.flatMap(({ lines }) => lines);
    expect(told.length).toBeGreaterThan(10);
    for (const { proof } of told) for (const id of proof) expect(known).toContain(id);
    // What has not happened has no proof; all else has.
    const unproven = told.filter(({ proof }) => proof.length === 0).map(({ text }) => text.en);
    expect(unproven).toEqual([
      'Nothing was changed.',
      'responded: not yet; due within 5 min 0 s: open.',
      'repaired: not yet; due within 30 min 0 s: open.',
    ]);
    expect(sections.find(({ key }) => key === 'impact')?.lines[0]?.proof).toEqual(['d-3']);
  });

  it('says it all in Chinese too', () => {
    const zh = md('zh');
    expect(zh).toContain('# 故障报告 inc-1');
    for (const { title, lines } of reportOf(incident).sections) {
      expect(zh).toContain(`## ${title.zh}`);
      for (const { text } of lines) expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  it('is data in JSON, with both languages', () => {
    const json = JSON.parse(renderReport(incident, { lang: 'en', format: 'json' }));
    expect(json).toEqual(JSON.parse(JSON.stringify(reportOf(incident))));
  });

  it('lets no name become markup', () => {
    expect(renderReport(incident, { lang: 'en', format: 'html' })).not.toContain('<script>');
    expect(md('en')).not.toContain('<script>');
  });
});
