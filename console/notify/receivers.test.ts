// A page is what its receiver needs: PagerDuty's one alert an incident, a webhook that can prove who sent it.
import { createHmac } from 'node:crypto';
import type { Incident } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { postFor, type Receiver } from './receivers.ts';

const onsetMs = 1_795_000_000_000;
const incident: Incident = {
  id: 'inc-1',
  state: 'open',
  severity: 'critical',
  title: { en: 'orders fall', zh: '订单下跌' },
  onsetMs,
  openedMs: onsetMs + 9_000,
  cause: null,
  ranking: [],
  path: [],
  affected: ['payment'],
  inhibited: [],
  actions: [],
  impact: [],
  clocks: { onsetMs, alertDueMs: onsetMs + 60_000, respondDueMs: onsetMs + 300_000, repairDueMs: onsetMs + 1_800_000 },
  timeline: [],
  proof: { opened: 'd', actions: {} },
};
const webhook: Receiver = { name: 'hook', type: 'webhook', url: 'http://127.0.0.1:9/hook', secretEnv: 'HOOK' };
const duty: Receiver = { name: 'duty', type: 'pagerduty', url: 'http://127.0.0.1:9', routingKeyEnv: 'KEY' };
const secret = (name: string): string | undefined => ({ HOOK: 'sesame', KEY: 'r0ute' })[name];
const common = { incident, key: 'page-inc-1-x-open', atMs: onsetMs, secret, link: 'http://c/1' };

describe('webhook', () => {
  it('signs the timestamp and the very bytes of the body', () => {
    const post = postFor({ ...common, receiver: webhook, about: 'open', atMs: onsetMs + 10_999 });
    const timestamp = String((onsetMs + 10_000) / 1_000);
    expect(post.headers['x-fenghuo-timestamp']).toBe(timestamp);
    const expected = createHmac('sha256', 'sesame').update(`${timestamp}.${post.body}`).digest('hex');
    expect(post.headers['x-fenghuo-signature']).toBe(`sha256=${expected}`);
  });

  it('is not sent unsigned when its secret is missing', () => {
    expect(() => postFor({ ...common, receiver: webhook, about: 'open', secret: () => undefined })).toThrow(
      'HOOK is not set',
    );
  });
});

describe('PagerDuty', () => {
  it('keeps one alert an incident from trigger to resolve', () => {
    const bodies = (['open', 'cause', 'resolve'] as const).map((about) =>
      JSON.parse(postFor({ ...common, receiver: duty, about }).body),
    );
    expect(bodies.map((body) => body.event_action)).toEqual(['trigger', 'trigger', 'resolve']);
    expect(new Set(bodies.map((body) => body.dedup_key))).toEqual(new Set(['inc-1']));
    expect(bodies[0].payload).toMatchObject({ summary: 'orders fall', severity: 'critical' });
  });
});
