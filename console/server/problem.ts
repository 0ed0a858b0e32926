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

/** Lets through who shows the admin token; nobody where none is configured. */
export const authenticated =
  (token: string | undefined) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = request.get('authorization')?.replace(/^Bearer\s+/i, '') ?? '';
    if (token !== undefined && isSame(token, given)) {
      next();
      return;
    }
    response.set('WWW-Authenticate', 'Bearer');
    problem(
      response,
      401,
      'unauthorized',
      'every write needs Authorization: Bearer <admin token>; `fenghuo up` keeps it in .fenghuo/credentials.json',
    );
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
