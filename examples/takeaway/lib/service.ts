// What all services of the platform share: an express app that listens, calls to others with a deadline, a clean end.
import { metrics } from '@opentelemetry/api';
import express from 'express';
import { config, type Role, release, seeded } from '../config.ts';
import { skewed } from './inside/clock.ts';
import './inside/memory.ts';
import { send } from './inside/network.ts';
import './inside/processor.ts';
import { underChaos } from './inside/vulnerable.ts';

export const platform = config();
export const meter = metrics.getMeter('takeaway');

export class CallFailed extends Error {
  readonly status: number;
  constructor(what: string, status: number) {
    super(what);
    this.status = status;
  }
}

/** Calls another service; throws CallFailed where it answers an error, or nothing in time. */
export const call = async <T>(
  role: Role,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  timeoutMs = 3_000,
): Promise<T> => {
  let response: Awaited<ReturnType<typeof send>>;
  try {
    response = await send(role, `${platform.url(role)}${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch (error) {
    throw new CallFailed(`${role}${path}: ${error instanceof Error ? error.message : 'no answer'}`, 504);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new CallFailed(`${role}${path}: ${response.status}`, response.status >= 500 ? 502 : response.status);
  }
  // The platform's services trust each other's answers; their shapes are in the callers' type arguments.
  return (await response.json()) as T;
};

/** A release that fails this share of what it is asked. */
const spoiled = (share: number): express.RequestHandler => {
  const random = seeded(51);
  return (_request, response, next) => {
    if (random() < share) response.status(500).json({ error: 'a field is missing' });
    else next();
  };
};

/** Starts a service: its routes, one error handler, ready message to the launcher, end with its parent. */
export const serve = (role: Role, routes: (app: express.Express) => void | Promise<void>): void => {
  const app = express();
  app.use(express.json({ limit: '32kb' }));
  const { port, bad } = release();
  if (bad > 0) app.use(spoiled(bad));
  void Promise.resolve(routes(app)).then(() => {
    app.use((error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      response
        .status(error instanceof CallFailed ? error.status : 500)
        .json({ error: error instanceof Error ? error.message : String(error) });
    });
    const server = app.listen(port ?? platform.port(role), '127.0.0.1', () => process.send?.('ready'));
    server.keepAliveTimeout = 30_000;
  });
  skewed(role);
  underChaos();
  process.once('disconnect', () => process.exit(0));
  process.once('SIGTERM', () => process.exit(0));
};

/** A counter that says 0 when nothing happened: silence and nothing are not the same. */
export const counter = (
  name: string,
  unit: string,
  description: string,
  variants: readonly Record<string, string>[],
): ((attributes: Record<string, string>) => void) => {
  const instrument = meter.createCounter(name, { unit, description });
  setInterval(() => {
    for (const attributes of variants) instrument.add(0, attributes);
  }, 500).unref();
  return (attributes) => instrument.add(1, attributes);
};
