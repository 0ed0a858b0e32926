// Errors as RFC 9457 problem documents, and who may write.
import { timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

export const problem = (response: Response, status: number, title: string, detail: string): void => {
  response.status(status).type('application/problem+json').json({ type: 'about:blank', status, title, detail });
};

const isSame = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

/** Lets through who shows the admin token; nobody where none is configured. Whoever is turned away is told of. */
export const authenticated =
  (token: string | undefined, refused: (request: Request) => void = () => undefined) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = /^Bearer\s+(.+)$/i.exec(request.get('authorization') ?? '')?.[1] ?? '';
    if (token !== undefined && isSame(token, given)) {
      next();
      return;
    }
    refused(request);
    response.set('WWW-Authenticate', 'Bearer');
    problem(
      response,
      401,
      'unauthorized',
      'this needs Authorization: Bearer <admin token>; `fenghuo up` keeps it in .fenghuo/credentials.json',
    );
  };

/** True where a request comes from no page, or from a page of the host it is sent to. */
export const isOwnOrigin = (origin: string | undefined, host: string | undefined): boolean =>
  origin === undefined || origin === `http://${host}` || origin === `https://${host}`;

/** Refuses what a page elsewhere makes a browser send here; programs send no Origin. */
export const ownOrigin = (request: Request, response: Response, next: NextFunction): void => {
  const { origin, host } = request.headers;
  if (isOwnOrigin(origin, host) && request.get('sec-fetch-site') !== 'cross-site') next();
  else problem(response, 403, 'foreign origin', `a page of ${origin ?? 'another site'} may not ask this console`);
};

/** True where a Host header names this console: itself, or loopback. `0.0.0.0` answers for every name. */
export const isKnownHost = (host: string, header: string | undefined): boolean => {
  const name = (header ?? '').replace(/:\d+$/, '');
  return host === '0.0.0.0' || name === host || name === 'localhost' || name === '127.0.0.1' || name === '[::1]';
};

/** Refuses requests for another host's name: what a page elsewhere could make a browser send here (DNS rebinding). */
export const knownHost =
  (host: string) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = request.headers.host;
    if (isKnownHost(host, given)) next();
    else
      problem(response, 421, 'misdirected request', `this console answers for ${host} and localhost, not for ${given}`);
  };
