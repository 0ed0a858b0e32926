// Incidents: the list with filters and a cursor, one whole, its report and evidence, and what people say about it.
import { incidentStates } from '@fenghuo/rules/contract';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { renderReport } from '../../report/render.ts';
import { incidentDocument, incidentItem } from '../api.ts';
import { problem } from '../problem.ts';
import { commanded, remark } from './commands.ts';
import { page } from './page.ts';
import { parsed, type Routes } from './parts.ts';

const LIMIT_MAX = 200;
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const listQuery = z.strictObject({
  /** One state or several, separated by commas. */
  state: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(incidentStates)))
    .optional(),
  service: z.string().max(256).optional(),
  from: instant.optional(),
  to: instant.optional(),
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(50),
});
const reportQuery = z.strictObject({
  format: z.enum(['md', 'html', 'json']).default('md'),
  lang: z.enum(['en', 'zh']).default('en'),
});
const types = { md: 'text/markdown', html: 'text/html', json: 'application/json' } as const;
const verbs: readonly string[] = ['ack', 'assign', 'note', 'resolve', 'merge'];

export const incidentRoutes: Routes = (app, parts, { write }) => {
  const { state } = parts;
  app.get('/api/v1/incidents', (request, response) => {
    const query = parsed(response, listQuery, request.query, 'bad query');
    if (query === undefined) return;
    const { state: states, service, from = 0, to = Number.POSITIVE_INFINITY, cursor, limit } = query;
    const all = state
      .list()
      .filter(
        (one) =>
          (states === undefined || states.includes(one.state)) &&
          (service === undefined || one.cause?.entity === service || one.affected.includes(service)) &&
          one.openedMs >= from &&
          one.openedMs < to,
      );
    const found = page(all, cursor, limit);
    if (found === undefined) return problem(response, 400, 'bad query', 'cursor: not one that this list gave out');
    response.json({ items: found.items.map(incidentItem), nextCursor: found.nextCursor });
  });
  const found = (request: Request, response: Response) => {
    const id = String(request.params.id);
    const incident = state.incidents.get(id);
    if (incident === undefined) problem(response, 404, 'no such incident', `no incident is called ${id}`);
    return incident;
  };
  app.get('/api/v1/incidents/:id', (request, response) => {
    const incident = found(request, response);
    if (incident !== undefined) response.json(incidentDocument(incident));
  });
  app.get('/api/v1/incidents/:id/report', (request, response) => {
    const incident = found(request, response);
    if (incident === undefined) return;
    const query = parsed(response, reportQuery, request.query, 'bad query');
    if (query !== undefined) response.type(types[query.format]).send(renderReport(incident, query));
  });
  app.get('/api/v1/incidents/:id/evidence', (request, response) => {
    const incident = found(request, response);
    if (incident !== undefined)
      response.json(state.evidenceOf(incident.id) ?? { v: 1, incident: incident.id, series: [] });
  });
  app.post('/api/v1/incidents/:id/:verb', ...write, async (request, response) => {
    const { verb } = request.params;
    if (!verbs.includes(String(verb)))
      return problem(response, 404, 'not found', `an incident can be told ${verbs.join(', ')}`);
    const incident = found(request, response);
    if (incident === undefined) return;
    const said = parsed(response, remark, request.body ?? {}, 'not a valid body');
    if (said !== undefined)
      await commanded(parts, request, response, { ...said, reason: said.reason ?? '', verb, incident: incident.id });
  });
};
