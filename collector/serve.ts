// The HTTP server of the collector's door: whoever is slow with headers or body is closed on, so that a slow-loris holds a socket no longer.
import { createServer, type RequestListener, type Server } from 'node:http';
import { receiveLimits } from './receive/limits.ts';

export type Times = {
  /** A request's headers, and the whole of it, have come by then. */
  readonly headersMsMax: number;
  readonly requestMsMax: number;
  /** A connection may be idle between requests for so long. */
  readonly keepAliveMsMax: number;
  /** How often it is looked who is too slow. */
  readonly lookMs: number;
};
const times: Times = {
  headersMsMax: receiveLimits.headersMsMax,
  requestMsMax: receiveLimits.requestMsMax,
  keepAliveMsMax: receiveLimits.keepAliveMsMax,
  lookMs: 2_000,
};

/** Listens on `port`; rejects as the socket does where it is taken. */
export const serve = async (
  app: RequestListener,
  port: number,
  host: string,
  { headersMsMax, requestMsMax, keepAliveMsMax, lookMs } = times,
): Promise<Server> => {
  const server = createServer(
    {
      headersTimeout: headersMsMax,
      requestTimeout: requestMsMax,
      keepAliveTimeout: keepAliveMsMax,
      connectionsCheckingInterval: lookMs,
    },
    app,
  );
  server.maxConnections = receiveLimits.socketsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
};
