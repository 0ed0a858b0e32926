// POST /api/v1/events: what people and tools say has changed, onto the stream of every partition, or a problem document that says where it is wrong.
import { createHash, randomUUID } from 'node:crypto';
import type { Bus, Clock } from '@fenghuo/kit';
import { type ChangeEvent, changeEvent, subjects } from '@fenghuo/rules/contract';
import type { Request, Response } from 'express';
import type { z } from 'zod';

export type ChangeEventParts = { readonly bus: Bus; readonly clock: Clock; readonly partitions: number };

/** NATS has so long to store it; then the sender is asked to come again. */
const BUS_MS_MAX = 3_000;
const RETRY_AFTER_S = 2;

/** RFC 9457 with the places: each error has a JSON pointer into the body. */
const notAnEvent = (response: Response, error: z.ZodError): void => {
  const errors = error.issues.map(({ path, message }) => ({
    pointer: `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`,
    detail: message,
  }));
  const detail = errors.map((one) => `${one.pointer}: ${one.detail}`).join('; ');
  response
    .status(400)
    .type('application/problem+json')
    .json({ type: 'about:blank', status: 400, title: 'not a change event', detail, errors });
};

/** Stores an event for every partition's engine: each must know of a change. What comes again under one key within NATS' window is stored once. */
export const publishChange = async (
  { bus, partitions }: { readonly bus: Pick<Bus, 'publish'>; readonly partitions: number },
  event: ChangeEvent,
  key: string,
): Promise<'stored'> => {
  for (let partition = 0; partition < partitions; partition++)
    await bus.publish(subjects.event(partition), JSON.stringify(event), {
      msgId: `event-${key}-${partition}`,
      timeoutMs: BUS_MS_MAX,
    });
  return 'stored';
};

/** The route; `request.body` is what express.json made of it. */
export const changeEventRoute =
  ({ bus, clock, partitions }: ChangeEventParts) =>
  async (request: Request, response: Response): Promise<void> => {
    const parsed = changeEvent.safeParse(request.body ?? {});
    if (!parsed.success) return notAnEvent(response, parsed.error);
    const event = { ...parsed.data, timeMs: parsed.data.timeMs ?? clock.now() };
    // A sender that repeats itself under one key within two minutes has said it once.
    const key = createHash('sha256')
      .update(request.get('idempotency-key') ?? randomUUID())
      .digest('hex');
    const outcome = bus.isUp()
      ? await Promise.race([publishChange({ bus, partitions }, event, key), clock.sleep(BUS_MS_MAX)]).catch(
          () => undefined,
        )
      : undefined;
    if (outcome === 'stored') {
      response.status(202).json(event);
      return;
    }
    response.set('Retry-After', String(RETRY_AFTER_S)).status(503).type('application/problem+json').json({
      type: 'about:blank',
      status: 503,
      title: 'not taken',
      detail: 'NATS does not take events now; send it again, with the same Idempotency-Key if you gave one',
    });
  };
