// The collector's door for people and tools: change events, health, its own metrics. Errors are RFC 9457 problem documents.
import { timingSafeEqual } from 'node:crypto';
import type { Bus, Clock, SelfMetrics } from '@fenghuo/kit';
import type { SourcesOverview } from '@fenghuo/rules/contract';
import express, { type NextFunction, type Request, type Response } from 'express';
import { changeEventRoute } from './change-events.ts';
import { otlpRoute } from './receive/otlp-route.ts';
import { signals } from './receive/otlp-signals.ts';
import type { Receiver } from './receive/receiver.ts';
import { writeRoute } from './receive/write-route.ts';

export type DoorParts = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly self: SelfMetrics;
  readonly partitions: number;
  /** Tokens that may write; none configured means that nobody may. */
  readonly tokens: readonly string[];
  readonly isReady: () => boolean;
  readonly receiver: Receiver;
  readonly overview: () => Promise<SourcesOverview>;
};

const BODY_BYTES_MAX = '64kb';

const problem = (response: Response, status: number, title: string, detail: string): void =>
  void response.status(status).type('application/problem+json').json({ type: 'about:blank', status, title, detail });

const isSame = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

/** The express application; the caller listens. */
export const door = (parts: DoorParts): express.Express => {
  const app = express();
  app.disable('x-powered-by');
  app.get('/-/healthy', (_request, response) => void response.send('healthy\n'));
  app.get(
    '/-/ready',
    (_request, response) =>
      void response.status(parts.isReady() ? 200 : 503).send(parts.isReady() ? 'ready\n' : 'starting\n'),
  );
  app.get(
    '/metrics',
    (_request, response) => void response.type('text/plain; version=0.0.4').send(parts.self.prometheus()),
  );
  // What receivers refuse they count themselves, by reason and source.
  const refused = parts.self.counter(
    'fenghuo.collector.door.refused',
    '{request}',
    'Requests refused, by path and status',
  );
  app.use(['/api/v1/events', '/api/v1/sources'], (request, response, next) => {
    const path = request.baseUrl;
    response.once('finish', () => {
      if (response.statusCode >= 400) refused.add(1, { path, status: String(response.statusCode) });
    });
    next();
  });
  app.post(
    '/api/v1/events',
    authenticated(parts.tokens),
    express.json({ limit: BODY_BYTES_MAX }),
    changeEventRoute(parts),
  );
  app.get('/api/v1/sources', authenticated(parts.tokens), async (_request, response) => {
    response.json(await parts.overview());
  });
  app.post('/api/v1/write', writeRoute(parts.receiver));
  for (const signal of signals) app.post(signal.httpPath, otlpRoute(parts.receiver, signal));
  app.use((_request, response) =>
    problem(
      response,
      404,
      'not found',
      'POST /api/v1/events, /api/v1/write, /v1/metrics, /v1/traces, /v1/logs, GET /api/v1/sources, /-/healthy, /-/ready, /metrics',
    ),
  );
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 503;
    problem(
      response,
      status,
      status < 500 ? 'bad request' : 'not taken',
      error instanceof Error ? error.message : String(error),
    );
  });
  return app;
};

const authenticated =
  (tokens: readonly string[]) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = request.get('authorization')?.replace(/^Bearer\s+/i, '') ?? request.get('x-api-key') ?? '';
    if (tokens.some((token) => isSame(token, given))) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Bearer');
    problem(response, 401, 'unauthorized', 'send Authorization: Bearer <FENGHUO_INGEST_TOKEN>');
  };
