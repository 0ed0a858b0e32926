// Silences: who must not be paged about what, until when, by whom and why.
import { randomUUID } from 'node:crypto';
import { silenceDraft, silenceState } from '@fenghuo/rules/contract';
import { endSilence, keepSilence, silenceView } from '../silencing.ts';
import { parsed, type Routes } from './parts.ts';

export const silenceRoutes: Routes = (app, parts, { write }) => {
  const { silences, clock } = parts;
  app.get('/api/v1/silences', (_request, response) => {
    const nowMs = clock.now();
    response.json({ items: silences.all().map((one) => silenceView(one, silenceState(one, nowMs))) });
  });
  app.post('/api/v1/silences', ...write, async (request, response) => {
    const draft = parsed(response, silenceDraft, request.body, 'not a silence');
    if (draft === undefined) return;
    const made = await keepSilence(parts, request, response, draft, randomUUID());
    if (made !== undefined) response.status(201).json(silenceView(made, silenceState(made, clock.now())));
  });
  app.delete('/api/v1/silences/:id', ...write, async (request, response) => {
    const ended = await endSilence(parts, request, response);
    if (ended !== undefined) response.json(silenceView(ended, silenceState(ended, clock.now())));
  });
};
