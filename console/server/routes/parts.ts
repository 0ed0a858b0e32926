// What routes work with, and who may pass: reading needs nothing on loopback, every write a token, a rate and a small body.
import type { Store } from '@fenghuo/collector/store';
import type { Bus, Clock, Logger, SelfMetrics } from '@fenghuo/kit';
import type { RouteRule } from '@fenghuo/rules/contract';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { z } from 'zod';
import type { Silences } from '../../notify/silences.ts';
import type { Audit } from '../audit.ts';
import { authenticated, ownOrigin, problem } from '../problem.ts';
import type { ConsoleState } from '../state.ts';

export type AppParts = {
  readonly state: ConsoleState;
  readonly silences: Silences;
  readonly store: Store;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly self: SelfMetrics;
  readonly audit: Audit;
  readonly host: string;
  readonly adminToken: string | undefined;
  readonly collectorUrl: string;
  readonly partitions: number;
  readonly playbooks: readonly object[];
  readonly routes: readonly RouteRule[];
  /** Address of an incident on this console. */
  readonly link: (incident: string) => string;
  /** Folder of the built web app. */
  readonly web: string;
};
export type Routes = (app: express.Express, parts: AppParts, guard: Guard) => void;
export type Guard = {
  /** For reads with a body: own origin, a rate, a small JSON body. */
  readonly read: readonly RequestHandler[];
  /** For reads that only an administrator may do. */
  readonly admin: readonly RequestHandler[];
  /** For writes: both. */
  readonly write: readonly RequestHandler[];
};

const BODY_MAX = '64kb';
const WRITES_A_MINUTE = 120;
const READS_A_MINUTE = 600;

export const guards = ({ adminToken, self, log }: Pick<AppParts, 'adminToken' | 'self' | 'log'>): Guard => {
  const refusals = self.counter('fenghuo.console.refused', '{request}', 'Requests without a valid admin token');
  const refused = (request: Request): void => {
    refusals.add(1);
    log.warn({ method: request.method, path: request.path, from: request.ip }, 'no valid admin token');
  };
  const limited = (limit: number): RequestHandler =>
    rateLimit({
      windowMs: 60_000,
      limit,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      handler: (_request, response) => problem(response, 429, 'too many requests', `at most ${limit} a minute`),
    });
  const json = express.json({ limit: BODY_MAX });
  const admin = authenticated(adminToken, refused);
  return {
    read: [ownOrigin, limited(READS_A_MINUTE), json],
    // The rate comes before the token: guessing tokens is slow.
    admin: [limited(WRITES_A_MINUTE), admin],
    write: [ownOrigin, limited(WRITES_A_MINUTE), admin, json],
  };
};

/** The body or query as the schema has it; undefined where it is not, and the answer is given then. */
export const parsed = <T>(response: Response, schema: z.ZodType<T>, given: unknown, title: string): T | undefined => {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  problem(response, 400, title, z.prettifyError(result.error));
  return undefined;
};
