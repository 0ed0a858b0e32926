// What people ask of the engine, and what they announce to it: valid, audited, then published.
import { changeEvent, command, subjects } from '@fenghuo/rules/contract';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { problem } from '../problem.ts';
import { type AppParts, parsed, type Routes } from './parts.ts';

/** What may come with a verb; which of it a verb needs is the contract's to say (input.ts). */
export const remark = z.object({
  by: z.string().min(1).max(256).default('operator'),
  to: z.string().optional(),
  note: z.string().optional(),
  reason: z.string().optional(),
  into: z.string().optional(),
});
const verbs: readonly string[] = ['approve', 'reject', 'undo'];

/** Publishes a command once it is valid, after it was written to the audit. */
export const commanded = async (
  { audit, clock, bus }: AppParts,
  request: Request,
  response: Response,
  draft: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const order = parsed(response, command, { v: 1, ...draft }, 'not a valid command');
  if (order === undefined) return;
  await audit.write({ atMs: clock.now(), from: request.ip ?? '', command: order });
  await bus.publish(subjects.command(0), JSON.stringify(order));
  response.status(202).json({ accepted: order });
};

export const commandRoutes: Routes = (app, parts, { write, admin }) => {
  const { audit, clock, bus } = parts;
  app.post('/api/v1/actions/:id/:verb', ...write, async (request, response) => {
    const { id, verb } = request.params;
    if (!verbs.includes(String(verb)))
      return problem(response, 404, 'not found', `an action can be told ${verbs.join(', ')}`);
    const isKnown = parts.state.list().some((incident) => incident.actions.some((action) => action.id === id));
    if (!isKnown) return problem(response, 404, 'no such action', `no action is called ${id}`);
    const said = parsed(response, remark, request.body ?? {}, 'not a valid body');
    if (said !== undefined) await commanded(parts, request, response, { ...said, verb, action: id });
  });
  app.post('/api/v1/events', ...write, async (request, response) => {
    const given = parsed(response, changeEvent, request.body, 'not a change event');
    if (given === undefined) return;
    const event = { ...given, timeMs: given.timeMs ?? clock.now() };
    await audit.write({ atMs: clock.now(), from: request.ip ?? '', event });
    // Every partition's engine must know of a change, so it is published to each.
    for (let partition = 0; partition < parts.partitions; partition++)
      await bus.publish(subjects.event(partition), JSON.stringify(event));
    response.status(202).json(event);
  });
  app.get('/api/v1/audit', ...admin, (_request, response) => void response.json({ items: audit.recent() }));
  app.get('/api/v1/playbooks', (_request, response) => void response.json({ items: parts.playbooks }));
};
