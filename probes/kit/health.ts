// `/-/healthy`, `/-/ready` and `/metrics` for services that serve nothing else; those with express mount `healthRoutes` answers themselves.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpsError, systemCode } from './error.ts';
import type { SelfMetrics } from './self.ts';

export type HealthServer = { readonly port: number; close(): Promise<void> };
export type HealthOptions = {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly self: SelfMetrics;
  /** Whether the service does its work now; healthy means only that the process answers. */
  readonly ready: () => boolean | Promise<boolean>;
};

/** Starts the small server; throws OpsError `port_busy`. */
export const serveHealth = async (options: HealthOptions): Promise<HealthServer> => {
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'only GET\n');
    if (path === '/-/healthy') return answer(200, 'healthy\n');
    if (path === '/metrics') return answer(200, options.self.prometheus(), 'text/plain; version=0.0.4; charset=utf-8');
    if (path !== '/-/ready') return answer(404, 'not found\n');
    Promise.resolve()
      .then(options.ready)
      .then(
        (ready) => answer(ready ? 200 : 503, ready ? 'ready\n' : 'not ready\n'),
        () => answer(503, 'not ready\n'),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(listenError(cause, options.host, options.port)));
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: addressPort(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Turns what `listen` throws into an OpsError that names the port. */
export const listenError = (cause: unknown, host: string, port: number): OpsError =>
  systemCode(cause) === 'EADDRINUSE'
    ? new OpsError('port_busy', `port ${port} on ${host} is taken by another program`, {
        help: 'Stop that program, or set FENGHUO_PORT_SHIFT (added to every port), e.g. FENGHUO_PORT_SHIFT=100.',
        cause,
      })
    : new OpsError('part_failed', `cannot listen on ${host}:${port}`, { cause });

/** A TCP server's address is an object once it listens; text is for pipes, which nobody here uses. */
const addressPort = (address: string | AddressInfo | null): number =>
  address !== null && typeof address === 'object' ? address.port : 0;
