// The console's REST interface and its pages, put together; what each route does stands in routes/.
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { openapi } from './openapi.ts';
import { knownHost, problem } from './problem.ts';
import { alertmanagerRoutes } from './routes/alertmanager.ts';
import { commandRoutes } from './routes/commands.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { laterRoutes } from './routes/later.ts';
import { type AppParts, guards } from './routes/parts.ts';
import { seriesRoutes } from './routes/series.ts';
import { silenceRoutes } from './routes/silences.ts';
import { sourceRoutes } from './routes/sources.ts';

/** The express application; the caller listens. */
export const consoleApp = (parts: AppParts): express.Express => {
  const { state, self, log } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(knownHost(parts.host));
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          connectSrc: ["'self'", 'ws:', 'wss:'],
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:'],
          frameAncestors: ["'none'"],
          upgradeInsecureRequests: null,
        },
      },
      // Loopback speaks plain HTTP; whoever puts TLS before it sets this there.
      strictTransportSecurity: false,
    }),
  );
  app.get('/-/healthy', (_request, response) => void response.send('healthy\n'));
  app.get('/-/ready', (_request, response) => {
    response.status(state.caughtUp ? 200 : 503).send(state.caughtUp ? 'ready\n' : 'catching up\n');
  });
  app.get('/metrics', (_request, response) => {
    response.type('text/plain; version=0.0.4').send(self.prometheus());
  });
  app.get('/api/v1/openapi.json', (_request, response) => void response.json(openapi));
  const refused = self.counter(
    'fenghuo.console.answers.refused',
    '{request}',
    'Requests of the API refused, by status',
  );
  app.use('/api', (_request, response, next) => {
    response.once('finish', () => {
      if (response.statusCode >= 400) refused.add(1, { status: String(response.statusCode) });
    });
    next();
  });
  const guard = guards(parts);
  for (const routes of [
    incidentRoutes,
    commandRoutes,
    silenceRoutes,
    seriesRoutes,
    sourceRoutes,
    alertmanagerRoutes,
    laterRoutes,
  ])
    routes(app, parts, guard);
  app.use('/api', (_request, response) => problem(response, 404, 'not found', 'see /api/v1/openapi.json'));
  app.use('/assets', express.static(`${parts.web}/assets`, { immutable: true, maxAge: '1y' }));
  app.use(express.static(parts.web, { index: false, maxAge: 0 }));
  app.get(/^\/(?!socket\.io).*/, (_request, response) => void response.sendFile('index.html', { root: parts.web }));
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500;
    if (status < 500) return problem(response, status, 'bad request', error instanceof Error ? error.message : '');
    log.error({ err: error, method: request.method, path: request.path }, 'a request failed');
    problem(response, status, 'it could not be done', 'the console could not do it; its log says why');
  });
  return app;
};

/** Routes under /api as `get /api/v1/incidents/{id}`: what the OpenAPI document must name. */
export const routesOf = (app: express.Express): string[] =>
  app.router.stack.flatMap(({ route }) =>
    typeof route?.path === 'string' && route.path.startsWith('/api/')
      ? route.stack.map(({ method }) => `${method} ${route.path.replace(/:(\w+)/g, '{$1}')}`)
      : [],
  );
