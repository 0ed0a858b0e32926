// Making and ending silences: audited first, then kept; alike whichever API asks.
import type { Silence, silenceDraft } from '@fenghuo/rules/contract';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { problem } from './problem.ts';
import type { AppParts } from './routes/parts.ts';

type Parts = Pick<AppParts, 'audit' | 'clock' | 'silences'>;

/** Keeps a silence under `id`; undefined where it would be over already, and the answer is given then. */
export const keepSilence = async (
  { audit, clock, silences }: Parts,
  request: Request,
  response: Response,
  { matchers, startsAt, endsAt, createdBy, comment }: z.output<typeof silenceDraft>,
  id: string,
): Promise<Silence | undefined> => {
  const nowMs = clock.now();
  const startsMs = startsAt === undefined ? nowMs : Date.parse(startsAt);
  const endsMs = Date.parse(endsAt);
  if (endsMs <= nowMs) {
    problem(response, 400, 'not a silence', 'endsAt: it is over already');
    return undefined;
  }
  const made: Silence = { v: 1, id, matchers, startsMs, endsMs, createdBy, comment, updatedMs: nowMs };
  await audit.write({ atMs: nowMs, from: request.ip ?? '', silence: made });
  await silences.put(made);
  return made;
};

/** The silence that a request names; undefined where there is none, and the answer is given then. */
export const namedSilence = ({ silences }: Parts, response: Response, id: unknown): Silence | undefined => {
  const known = silences.all().find((one) => one.id === id);
  if (known === undefined) problem(response, 404, 'no such silence', `no silence is called ${id}`);
  return known;
};

/** Ends the silence that a request names now; it stays on the list as expired. Undefined as above. */
export const endSilence = async (parts: Parts, request: Request, response: Response): Promise<Silence | undefined> => {
  const known = namedSilence(parts, response, request.params.id);
  if (known === undefined) return undefined;
  const nowMs = parts.clock.now();
  const ended: Silence = { ...known, endsMs: Math.min(known.endsMs, nowMs), updatedMs: nowMs };
  await parts.audit.write({ atMs: nowMs, from: request.ip ?? '', silenceEnded: known.id });
  await parts.silences.put(ended);
  return ended;
};

/** What both APIs say of a silence. */
export const silenceView = (one: Silence, state: 'pending' | 'active' | 'expired') => ({
  id: one.id,
  status: { state },
  matchers: one.matchers,
  startsAt: iso(one.startsMs),
  endsAt: iso(one.endsMs),
  createdBy: one.createdBy,
  comment: one.comment,
});
const iso = (ms: number): string => new Date(ms).toISOString();
