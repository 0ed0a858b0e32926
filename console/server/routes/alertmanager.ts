// Alertmanager's API v2, for amtool, Grafana and whoever speaks to an Alertmanager already: incidents are its alerts, silences are ours.
import { randomUUID } from 'node:crypto';
import { type Matcher, matcher, matches, type Silence, silenceDraft, silenceState } from '@fenghuo/rules/contract';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { isWanted } from '../../notify/due.ts';
import { alertViews, incidentAlert, PostedAlerts, postedAlerts, postedMax, type Wanted } from '../alerts.ts';
import { readMatcher } from '../matchers.ts';
import { problem } from '../problem.ts';
import { endSilence, keepSilence, namedSilence, silenceView } from '../silencing.ts';
import { parsed, type Routes } from './parts.ts';

const FILTERS_MAX = 20;
const flag = z
  .enum(['true', 'false'])
  .default('true')
  .transform((text) => text === 'true');
const filters = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((given) => [given].flat())
  .pipe(z.array(z.string().max(512)).max(FILTERS_MAX))
  .transform((texts, context): Matcher[] =>
    texts.flatMap((text) => {
      const one = readMatcher(text);
      if (one === undefined)
        context.addIssue({ code: 'custom', message: `${text} is no matcher such as severity="critical"` });
      return one === undefined ? [] : [one];
    }),
  );
const alertQuery = z.object({
  active: flag,
  silenced: flag,
  filter: filters,
  receiver: z.string().max(256).optional(),
});
const silenceQuery = z.object({ filter: filters });
/** A silence that carries the id of one that lasts changes it. */
const posted = z.intersection(z.object({ id: z.string().optional() }), silenceDraft);

const iso = (ms: number): string => new Date(ms).toISOString();
const view = (one: Silence, nowMs: number) => ({
  ...silenceView(one, silenceState(one, nowMs)),
  updatedAt: iso(one.updatedMs ?? one.startsMs),
});

export const alertmanagerRoutes: Routes = (app, parts, { write }) => {
  const { clock, silences, audit, state, routes, link } = parts;
  const others = new PostedAlerts();
  const startedMs = clock.now();
  const receiverNames = ['console', ...routes.flatMap(({ receivers }) => receivers.map(({ name }) => name))];
  const alerts = (request: Request, response: Response) => {
    const asked = parsed(response, alertQuery, request.query, 'not a valid query');
    return asked === undefined ? undefined : listed(asked);
  };
  const listed = (asked: Wanted & { readonly receiver?: string | undefined }) => {
    const nowMs = clock.now();
    const incidents = state.list().flatMap((one) => {
      if (one.state === 'closed') return [];
      const told = routes.filter((route) => isWanted(route, one)).flatMap((route) => route.receivers);
      return [
        incidentAlert(
          one,
          told.map(({ name }) => name),
          link(one.id),
          nowMs,
        ),
      ];
    });
    const all = alertViews([...incidents, ...others.all(nowMs)], silences.all(), asked, nowMs);
    return all.filter(({ receivers }) => receivers.some(({ name }) => fits(asked.receiver, name)));
  };

  app.get('/api/v2/status', (_request, response) => {
    const versionInfo = {
      version: '0.27.0',
      revision: 'fenghuo',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    };
    response.json({ cluster: { status: 'disabled' }, versionInfo, config: { original: '' }, uptime: iso(startedMs) });
  });
  app.get('/api/v2/receivers', (_request, response) => void response.json(receiverNames.map((name) => ({ name }))));
  app.get('/api/v2/alerts', (request, response) => {
    const items = alerts(request, response);
    if (items !== undefined) response.json(items);
  });
  /** One group a receiver and name of alert. */
  app.get('/api/v2/alerts/groups', (request, response) => {
    const items = alerts(request, response);
    if (items === undefined) return;
    const groups = new Map<string, { labels: object; receiver: object; alerts: object[] }>();
    for (const alert of items)
      for (const receiver of alert.receivers) {
        const { alertname = '' } = alert.labels;
        const key = JSON.stringify([receiver.name, alertname]);
        const group = groups.get(key) ?? { labels: { alertname }, receiver, alerts: [] };
        group.alerts.push(alert);
        groups.set(key, group);
      }
    response.json([...groups.values()]);
  });
  app.post('/api/v2/alerts', ...write, async (request, response) => {
    const given = parsed(response, postedAlerts, request.body, 'not alerts');
    if (given === undefined) return;
    const nowMs = clock.now();
    await audit.write({ atMs: nowMs, from: request.ip ?? '', alerts: given.map(({ labels }) => labels) });
    if (others.take(given, nowMs)) response.status(200).json({});
    else problem(response, 429, 'too many alerts', `${postedMax} alerts of others are kept at once`);
  });

  app.get('/api/v2/silences', (request, response) => {
    const asked = parsed(response, silenceQuery, request.query, 'not a valid query');
    if (asked === undefined) return;
    const nowMs = clock.now();
    const isAsked = (one: Silence) => asked.filter.every((want) => one.matchers.some((has) => isSame(want, has)));
    response.json(
      silences
        .all()
        .filter(isAsked)
        .map((one) => view(one, nowMs)),
    );
  });
  app.get('/api/v2/silence/:id', (request, response) => {
    const one = namedSilence(parts, response, request.params.id);
    if (one !== undefined) response.json(view(one, clock.now()));
  });
  app.post('/api/v2/silences', ...write, async (request, response) => {
    const draft = parsed(response, posted, request.body, 'not a silence');
    if (draft === undefined) return;
    const before = draft.id === undefined || draft.id === '' ? 'new' : namedSilence(parts, response, draft.id);
    if (before === undefined) return;
    // An expired one stays on the list as it was, and gets a successor.
    const isNew = before === 'new' || silenceState(before, clock.now()) === 'expired';
    const made = await keepSilence(parts, request, response, draft, isNew ? randomUUID() : before.id);
    if (made !== undefined) response.status(200).json({ silenceID: made.id });
  });
  app.delete('/api/v2/silence/:id', ...write, async (request, response) => {
    if ((await endSilence(parts, request, response)) !== undefined) response.json({});
  });
};

const isSame = (a: Matcher, b: Matcher): boolean =>
  a.name === b.name && a.value === b.value && a.isRegex === b.isRegex && a.isEqual === b.isEqual;
/** `receiver=` is a pattern for whole names. */
const fits = (pattern: string | undefined, name: string): boolean => {
  if (pattern === undefined || pattern === '') return true;
  const one = matcher.safeParse({ name: 'receiver', value: pattern, isRegex: true }).data;
  return one !== undefined && matches([one], { receiver: name });
};
