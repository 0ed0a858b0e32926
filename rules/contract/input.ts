// What enters the engine's ordered input besides telemetry: changes people or tools announce, and commands of operators.
import { z } from 'zod';

const text = z.string().min(1).max(256);

/** POST /api/v1/events and `subjects.event`. `error` is the first appearance of an error signature: news of a service, not a change somebody made. */
export const changeEvent = z.object({
  v: z.literal(1).default(1),
  kind: z.enum(['deploy', 'config', 'promotion', 'weather', 'maintenance', 'error']),
  /** The entity it touches; absent for what touches all (weather, promotion). */
  service: text.optional(),
  what: z.string().min(1).max(1_024),
  /** Epoch ms; the receiver fills in its own time where it is absent. */
  timeMs: z.number().int().positive().optional(),
  /** Maintenance and promotions have an end. */
  untilMs: z.number().int().positive().optional(),
  version: text.optional(),
});
export type ChangeEvent = Readonly<z.infer<typeof changeEvent>>;

/** What an operator asks of the engine, published by the console on `subjects.command` after authentication. */
export const command = z.discriminatedUnion('verb', [
  z.object({ v: z.literal(1), verb: z.literal('ack'), incident: text, by: text }),
  z.object({ v: z.literal(1), verb: z.literal('assign'), incident: text, by: text, to: text }),
  z.object({ v: z.literal(1), verb: z.literal('note'), incident: text, by: text, note: z.string().min(1).max(4_096) }),
  z.object({ v: z.literal(1), verb: z.literal('resolve'), incident: text, by: text, reason: z.string().max(1_024) }),
  z.object({ v: z.literal(1), verb: z.literal('merge'), incident: text, by: text, into: text }),
  z.object({ v: z.literal(1), verb: z.literal('approve'), action: text, by: text }),
  z.object({ v: z.literal(1), verb: z.literal('reject'), action: text, by: text }),
  z.object({ v: z.literal(1), verb: z.literal('undo'), action: text, by: text }),
]);
export type Command = Readonly<z.infer<typeof command>>;
