// The report says nothing without the decision that proves it, in both languages, and no name becomes markup.
import { decision, type Incidents, projectDecision } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { renderReport } from './render.ts';

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
const incident = [opened, shown].reduce<Incidents>(projectDecision, new Map()).get('inc-1');
if (incident === undefined) throw new Error('an opening makes an incident');

describe('report', () => {
  it('names decision, clock and open ends in both languages', () => {
    const en = renderReport(incident, { lang: 'en', format: 'md' });
    expect(en).toContain('# Incident report inc-1');
    expect(en).toContain('[d-1]');
    expect(en).toContain('- alerted: 9.5 s after onset');
    expect(en).toContain('- repaired: not yet');
    expect(renderReport(incident, { lang: 'zh', format: 'md' })).toContain('订单下跌');
  });

  it('escapes what others named', () => {
    expect(renderReport(incident, { lang: 'en', format: 'html' })).not.toContain('<script>');
  });
});
