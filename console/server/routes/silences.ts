// Silences: who must not be paged about what, until when, by whom and why.
import { randomUUID } from 'node:crypto';
import { type Silence, silenceDraft, silenceState } from '@fenghuo/rules/contract';
import { problem } from '../problem.ts';
import { parsed, type Routes } from './parts.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
const view = ({ id, matchers, startsMs, endsMs, createdBy, comment }: Silence, nowMs: number) => ({
  id,
  status: { state: silenceState({ v: 1, id, matchers, startsMs, endsMs, createdBy, comment }, nowMs) },
  matchers,
  startsAt: iso(startsMs),
  endsAt: iso(endsMs),
  createdBy,
  comment,
});

export const silenceRoutes: Routes = (app, { silences, clock, audit }, { write }) => {
  app.get('/api/v1/silences', (_request, response) => {
    const nowMs = clock.now();
    response.json({ items: silences.all().map((one) => view(one, nowMs)) });
  });
  app.post('/api/v1/silences', ...write, async (request, response) => {
    const draft = parsed(response, silenceDraft, request.body, 'not a silence');
    if (draft === undefined) return;
    const nowMs = clock.now();
    const [startsMs, endsMs] = [
      draft.startsAt === undefined ? nowMs : Date.parse(draft.startsAt),
      Date.parse(draft.endsAt),
    ];
    if (endsMs <= nowMs) return problem(response, 400, 'not a silence', 'endsAt: it is over already');
    const { matchers, createdBy, comment } = draft;
    const made: Silence = { v: 1, id: randomUUID(), matchers, startsMs, endsMs, createdBy, comment };
    await audit.write({ atMs: nowMs, from: request.ip ?? '', silence: made });
    await silences.put(made);
    response.status(201).json(view(made, nowMs));
  });
  /** Ends it now; it stays on the list as expired. */
  app.delete('/api/v1/silences/:id', ...write, async (request, response) => {
    const nowMs = clock.now();
    const known = silences.all().find((one) => one.id === request.params.id);
    if (known === undefined)
      return problem(response, 404, 'no such silence', `no silence is called ${request.params.id}`);
    const ended = { ...known, endsMs: Math.min(known.endsMs, nowMs) };
    await audit.write({ atMs: nowMs, from: request.ip ?? '', silenceEnded: known.id });
    await silences.put(ended);
    response.json(view(ended, nowMs));
  });
};
