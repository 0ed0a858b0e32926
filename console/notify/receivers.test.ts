// A page is what its receiver needs: PagerDuty's one alert an incident, a webhook that can prove who sent it.
import { createHmac } from 'node:crypto';
import type { Incident } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { type PostedTo, postFor } from './receivers.ts';

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
const webhook: PostedTo = { name: 'hook', type: 'webhook', url: 'http://127.0.0.1:9/hook', secretEnv: 'HOOK' };
const duty: PostedTo = { name: 'duty', type: 'pagerduty', url: 'http://127.0.0.1:9', routingKeyEnv: 'KEY' };
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

describe('another Alertmanager', () => {
  const receiver: PostedTo = { name: 'am', type: 'alertmanager', url: 'http://am', tokenEnv: 'KEY' };
  it('ends with the resolve the alert that the opening began', () => {
    const closed = { ...incident, closedMs: onsetMs + 90_000 };
    const [open, resolve] = (['open', 'resolve'] as const).map((about) =>
      JSON.parse(postFor({ ...common, incident: closed, receiver, about }).body),
    );
    expect(open[0].labels).toEqual(resolve[0].labels);
    expect(Date.parse(open[0].endsAt)).toBeGreaterThan(onsetMs + 86_400_000);
    expect(resolve[0].endsAt).toBe(new Date(onsetMs + 90_000).toISOString());
  });
  it('shows its token', () =>
    expect(postFor({ ...common, receiver, about: 'open' }).headers).toMatchObject({ authorization: 'Bearer r0ute' }));
});

describe('chat rooms', () => {
  const common2 = { ...common, about: 'open' } as const;
  const lang = 'zh';
  const room = {
    dingtalk: { name: 'd', type: 'dingtalk', url: 'http://d', tokenEnv: 'KEY', secretEnv: 'HOOK', lang },
    feishu: { name: 'f', type: 'feishu', url: 'http://f', tokenEnv: 'KEY', secretEnv: 'HOOK', lang },
    wecom: { name: 'w', type: 'wecom', url: 'http://w', keyEnv: 'KEY', lang },
    slack: { name: 's', type: 'slack', urlEnv: 'KEY', lang: 'en' },
  } satisfies Record<string, PostedTo>;

  it('DingTalk: the secret keys the HMAC of `timestamp\\nsecret`, in milliseconds', () => {
    const url = new URL(postFor({ ...common2, receiver: room.dingtalk }).url);
    const sign = createHmac('sha256', 'sesame').update(`${onsetMs}\nsesame`).digest('base64');
    expect(Object.fromEntries(url.searchParams)).toEqual({ access_token: 'r0ute', timestamp: String(onsetMs), sign });
  });
  it('Feishu: `timestamp\\nsecret` keys the HMAC of nothing, in seconds', () => {
    const post = postFor({ ...common2, receiver: room.feishu });
    const timestamp = String(onsetMs / 1_000);
    const sign = createHmac('sha256', `${timestamp}\nsesame`).digest('base64');
    expect(post.url).toBe('http://f/open-apis/bot/v2/hook/r0ute');
    expect(JSON.parse(post.body)).toMatchObject({ timestamp, sign, msg_type: 'post' });
  });
  it('WeCom: takes 4,096 bytes, so a longer message is cut at a character', () => {
    const affected = Array.from({ length: 8 }, () => '很长的名字'.repeat(40));
    const post = postFor({ ...common2, incident: { ...incident, affected }, receiver: room.wecom });
    const { content } = JSON.parse(post.body).markdown;
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4_096);
    expect(Buffer.byteLength(content)).toBeGreaterThan(4_000);
    expect(content).not.toContain('\uFFFD');
  });
  it('Slack: names are text, not markup', () => {
    const post = postFor({ ...common2, incident: { ...incident, affected: ['<!channel>'] }, receiver: room.slack });
    expect(post.url).toBe('r0ute');
    expect(post.body).toContain('&lt;!channel&gt;');
    expect(post.body).not.toContain('<!channel>');
  });
  it.each([
    [room.dingtalk, '{"errcode":0}', 'taken'],
    [room.dingtalk, '{"errcode":310000,"errmsg":"sign not match"}', 'refused'],
    [room.dingtalk, '{"errcode":130101}', 'again'],
    [room.feishu, '{"code":0,"msg":"success"}', 'taken'],
    [room.feishu, '{"code":19021}', 'refused'],
    [room.wecom, '{"errcode":45009}', 'again'],
    [room.wecom, 'upstream error', 'again'],
  ] as const)('%o answered 200 with %s: %s', (receiver, body, is) =>
    expect(postFor({ ...common2, receiver }).judge?.(body).is).toBe(is),
  );
});
