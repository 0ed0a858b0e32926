// Alertmanager's API as amtool and Grafana use it: an incident is an alert, a silence holds it back whichever API made it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestConsole, type TestConsole, until } from '../testing/console.ts';

let console: TestConsole;
beforeAll(async () => {
  console = await startTestConsole();
  await console.opens('pay');
}, 60_000);
afterAll(() => console.stop());

/** `gettableAlerts` and `gettableSilences` of Alertmanager's OpenAPI description, its required fields. */
const time = z.iso.datetime();
const gettableAlerts = z.array(
  z.object({
    labels: z.record(z.string(), z.string().min(1)),
    annotations: z.record(z.string(), z.string()),
    receivers: z.array(z.object({ name: z.string() })),
    ...{ fingerprint: z.string(), startsAt: time, endsAt: time, updatedAt: time },
    status: z.object({
      state: z.enum(['unprocessed', 'active', 'suppressed']),
      silencedBy: z.array(z.string()),
      inhibitedBy: z.array(z.string()),
    }),
  }),
);
const gettableSilences = z.array(
  z.object({
    id: z.string(),
    status: z.object({ state: z.enum(['expired', 'active', 'pending']) }),
    updatedAt: time,
    matchers: z.array(
      z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().optional() }),
    ),
  }),
);
const alerts = async (query = '') => gettableAlerts.parse((await console.ask('GET', `/api/v2/alerts${query}`)).json());
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const silence = (value: string, more: object = {}) => ({
  matchers: [{ name: 'alertname', value, isRegex: false }],
  startsAt: new Date(Date.now() - 1_000).toISOString(),
  endsAt: inAnHour(),
  createdBy: 'ann',
  comment: 'known',
  ...more,
});
const silenced = async (draft: object): Promise<string> => {
  const answer = await console.ask('POST', '/api/v2/silences', { body: draft });
  expect(answer.status).toBe(200);
  return z.object({ silenceID: z.string() }).parse(answer.json()).silenceID;
};

it('shows an incident as an alert until a silence suppresses it, and again when the silence is ended', async () => {
  const [before] = await alerts('?filter=incident%3D%22pay%22');
  expect(before).toMatchObject({ labels: { severity: 'critical' }, status: { state: 'active' } });
  const id = await silenced(silence('FenghuoIncident'));
  await until(async () => (await alerts('?active=false')).length === 1);
  expect((await alerts('?active=false'))[0]?.status).toMatchObject({ state: 'suppressed', silencedBy: [id] });
  expect(await alerts('?silenced=false')).toEqual([]);
  expect((await console.ask('DELETE', `/api/v2/silence/${id}`)).status).toBe(200);
  expect((await alerts('?silenced=false')).map(({ labels }) => labels.incident)).toEqual(['pay']);
  expect((await console.ask('GET', '/api/v1/silences')).text).toContain(id);
});

describe('silences', () => {
  it('are changed in place while they last; an expired one gets a successor', async () => {
    const id = await silenced(silence('Other'));
    expect(await silenced(silence('Other', { id, comment: 'longer' }))).toBe(id);
    await console.ask('DELETE', `/api/v2/silence/${id}`);
    expect(await silenced(silence('Other', { id }))).not.toBe(id);
    const filter = encodeURIComponent('alertname="Other"');
    const found = gettableSilences.parse((await console.ask('GET', `/api/v2/silences?filter=${filter}`)).json());
    expect(found.map(({ status }) => status.state).sort()).toEqual(['active', 'expired']);
    expect((await console.ask('POST', '/api/v2/silences', { body: silence('x', { id: 'unknown' }) })).status).toBe(404);
  });
});

describe('alerts of others', () => {
  const disk = { labels: { alertname: 'DiskFull', instance: 'db-1', empty: '' }, annotations: { summary: 'full' } };
  const others = () => alerts('?filter=alertname%3D%22DiskFull%22');
  it('are one alert however often they come, and end when they say so', async () => {
    for (let i = 0; i < 3; i++)
      expect((await console.ask('POST', '/api/v2/alerts', { body: [disk] })).status).toBe(200);
    expect(await others()).toHaveLength(1);
    expect((await others())[0]?.labels).toEqual({ alertname: 'DiskFull', instance: 'db-1' });
    const groups = (await console.ask('GET', '/api/v2/alerts/groups')).text;
    expect(groups).toContain('"alertname":"DiskFull"');
    const over = { ...disk, endsAt: new Date().toISOString() };
    await console.ask('POST', '/api/v2/alerts', { body: [over] });
    expect(await others()).toEqual([]);
  });
  it('last five minutes where no end is given, as Go writes that', async () => {
    const never = '0001-01-01T00:00:00.000Z';
    const body = [{ labels: { alertname: 'Posted' }, startsAt: never, endsAt: never }];
    expect((await console.ask('POST', '/api/v2/alerts', { body })).status).toBe(200);
    const [one] = await alerts('?filter=alertname%3D%22Posted%22');
    expect(Date.parse(one?.endsAt ?? '') - Date.parse(one?.startsAt ?? '')).toBe(300_000);
  });
  it('are refused whole where one is no alert, with its place', async () => {
    const bad = [disk, { labels: { 'not a name': 'x' } }];
    const answer = await console.ask('POST', '/api/v2/alerts', { body: bad });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('[1].labels');
    expect(await others()).toEqual([]);
  });
});
it('says what is wrong with a filter', async () => {
  const answer = await console.ask('GET', '/api/v2/alerts?filter=nonsense');
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('nonsense is no matcher');
});
