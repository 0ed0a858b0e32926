// The console's own screen as a receiver: when a visible page has painted an incident, the log says so, once.
import type { Bus, Clock, Logger } from '@fenghuo/kit';
import { type Decision, type Incident, screenReceiver, subjects } from '@fenghuo/rules/contract';

export type ScreenParts = {
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly incident: (id: string) => Incident | undefined;
};

/**
 * Takes what browsers say they have shown. Reading needs no token on loopback and neither does this: it can only start
 * what is already true of an open incident, and only once; an incident that was alerted before is left as it is.
 */
export const screen = ({ bus, clock, log, incident }: ScreenParts): ((id: unknown) => void) => {
  const told = new Set<string>();
  return (id) => {
    if (typeof id !== 'string' || told.has(id)) return;
    const known = incident(id);
    if (known === undefined || known.state === 'closed' || known.clocks.alertedMs !== undefined) return;
    told.add(id);
    const decision: Decision = {
      v: 1,
      id: `page-${id}-${screenReceiver}-open`,
      atMs: clock.now(),
      seq: 0,
      type: 'page.sent',
      incident: id,
      receiver: screenReceiver,
      about: 'open',
      attempts: 1,
    };
    bus
      .publish(subjects.decision(decision.type, id), JSON.stringify(decision), { msgId: decision.id })
      .catch((error: unknown) => {
        // The next page that shows it says so again.
        told.delete(id);
        log.warn({ err: error, id: decision.id }, 'the log did not take what a screen has shown');
      });
  };
};
