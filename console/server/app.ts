// The console's REST interface and its pages. Reading needs nothing on loopback; every write is authenticated, limited and audited.

import type { Bus, Clock, SelfMetrics } from '@fenghuo/kit';
import { type Command, changeEvent, command, incidentStates, subjects } from '@fenghuo/rules/contract';
import express, { type NextFunction, type Request, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { z } from 'zod';
import { renderReport } from '../report/render.ts';
import { incidentDocument, incidentItem } from './api.ts';
import type { Audit } from './audit.ts';
import { openapi } from './openapi.ts';
import { authenticated, knownHost, problem } from './problem.ts';
import type { ConsoleState } from './state.ts';

export type AppParts = {
  readonly state: ConsoleState;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly self: SelfMetrics;
  readonly audit: Audit;
  readonly host: string;
  readonly adminToken: string | undefined;
  readonly partitions: number;
  readonly playbooks: readonly object[];
  /** Folder of the built web app. */
  readonly web: string;
};

const PAGE = 50;
const listQuery = z.object({
  state: z.enum(incidentStates).optional(),
  service: z.string().optional(),
  from: z.coerce.date().optional(),
  to: z.coerce.date().optional(),
  cursor: z.string().optional(),
});
const body = z
  .object({
    by: z.string().min(1).max(256).default('operator'),
    to: z.string().optional(),
    note: z.string().optional(),
    reason: z.string().optional(),
    into: z.string().optional(),
  })
  .default({ by: 'operator' });

export const consoleApp = (parts: AppParts): express.Express => {
  const { state, audit } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.use(knownHost(parts.host));
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          connectSrc: ["'self'", 'ws:', 'wss:'],
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:'],
          upgradeInsecureRequests: null,
        },
      },
      strictTransportSecurity: false,
    }),
  );
  app.get('/-/healthy', (_request, response) => void response.send('healthy\n'));
  app.get(
    '/-/ready',
    (_request, response) =>
      void response.status(state.caughtUp ? 200 : 503).send(state.caughtUp ? 'ready\n' : 'catching up\n'),
  );
  app.get(
    '/metrics',
    (_request, response) => void response.type('text/plain; version=0.0.4').send(parts.self.prometheus()),
  );
  const write = [
    rateLimit({ windowMs: 60_000, limit: 120, standardHeaders: 'draft-8', legacyHeaders: false }),
    authenticated(parts.adminToken),
    express.json({ limit: '64kb' }),
  ];

  app.get('/api/v1/openapi.json', (_request, response) => void response.json(openapi));
  app.get('/api/v1/incidents', (request, response) => {
    const query = listQuery.safeParse(request.query);
    if (!query.success) return problem(response, 400, 'bad query', z.prettifyError(query.error));
    const { state: wanted, service, from, to, cursor } = query.data;
    const all = state
      .list()
      .filter(
        (one) =>
          (wanted === undefined || one.state === wanted) &&
          (service === undefined || one.cause?.entity === service || one.affected.includes(service)),
      )
      .filter(
        (one) =>
          (from === undefined || one.openedMs >= from.getTime()) && (to === undefined || one.openedMs < to.getTime()),
      );
    const start = cursor === undefined ? 0 : all.findIndex((one) => one.id === cursor) + 1;
    const page = all.slice(start, start + PAGE);
    response.json({
      items: page.map(incidentItem),
      nextCursor: start + PAGE < all.length ? (page.at(-1)?.id ?? null) : null,
    });
  });
  const found = (request: Request, response: Response) => {
    const incident = state.incidents.get(String(request.params.id));
    if (incident === undefined)
      problem(response, 404, 'no such incident', `no incident is called ${String(request.params.id)}`);
    return incident;
  };
  app.get('/api/v1/incidents/:id', (request, response) => {
    const incident = found(request, response);
    if (incident !== undefined) response.json(incidentDocument(incident));
  });
  app.get('/api/v1/incidents/:id/report', (request, response) => {
    const incident = found(request, response);
    if (incident === undefined) return;
    const lang = request.query.lang === 'zh' ? 'zh' : 'en';
    if (request.query.format === 'json') return void response.json(incidentDocument(incident));
    const format = request.query.format === 'html' ? 'html' : 'md';
    response.type(format === 'html' ? 'text/html' : 'text/markdown').send(renderReport(incident, { lang, format }));
  });
  app.get(
    '/api/v1/incidents/:id/evidence',
    (request, response) =>
      void response.json(
        state.evidenceOf(String(request.params.id)) ?? { v: 1, incident: request.params.id, series: [] },
      ),
  );
  app.get(
    '/api/v1/graph',
    (_request, response) =>
      void response.json(state.graph ?? { v: 1, atMs: parts.clock.now(), nodes: [], edges: [], kpis: [] }),
  );
  app.get('/api/v1/playbooks', (_request, response) => void response.json({ items: parts.playbooks }));
  app.get('/api/v1/audit', ...write.slice(1, 2), (_request, response) => void response.json({ items: audit.recent() }));

  /** Publishes a command once it is valid, after it was written to the audit. */
  const commanded = async (request: Request, response: Response, draft: Record<string, unknown>): Promise<void> => {
    const parsed = command.safeParse({ v: 1, ...draft });
    if (!parsed.success) return problem(response, 400, 'not a valid command', z.prettifyError(parsed.error));
    await audit.write({ atMs: parts.clock.now(), from: request.ip ?? '', command: parsed.data });
    await state.command(parsed.data satisfies Command);
    response.status(202).json({ accepted: parsed.data });
  };
  app.post('/api/v1/incidents/:id/:verb', ...write, async (request, response) => {
    if (found(request, response) === undefined) return;
    const given = body.safeParse(request.body);
    if (!given.success) return problem(response, 400, 'not a valid body', z.prettifyError(given.error));
    await commanded(request, response, {
      ...given.data,
      reason: given.data.reason ?? '',
      verb: request.params.verb,
      incident: request.params.id,
    });
  });
  app.post('/api/v1/actions/:id/:verb', ...write, async (request, response) => {
    const given = body.safeParse(request.body);
    if (!given.success) return problem(response, 400, 'not a valid body', z.prettifyError(given.error));
    await commanded(request, response, { ...given.data, verb: request.params.verb, action: request.params.id });
  });
  app.post('/api/v1/events', ...write, async (request, response) => {
    const parsed = changeEvent.safeParse(request.body);
    if (!parsed.success) return problem(response, 400, 'not a change event', z.prettifyError(parsed.error));
    const event = { ...parsed.data, timeMs: parsed.data.timeMs ?? parts.clock.now() };
    await audit.write({ atMs: parts.clock.now(), from: request.ip ?? '', event });
    for (let partition = 0; partition < parts.partitions; partition++)
      await parts.bus.publish(subjects.event(partition), JSON.stringify(event));
    response.status(202).json(event);
  });
  app.use('/api', (_request, response) => problem(response, 404, 'not found', 'see /api/v1/openapi.json'));
  app.use('/assets', express.static(`${parts.web}/assets`, { immutable: true, maxAge: '1y' }));
  app.use(express.static(parts.web, { index: false, maxAge: 0 }));
  app.get(/^\/(?!socket\.io).*/, (_request, response) => void response.sendFile('index.html', { root: parts.web }));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500;
    problem(response, status, 'it could not be done', error instanceof Error ? error.message : String(error));
  });
  return app;
};
