// Telling people: one page an incident on open, an update when the cause changes, one resolve. Retried, bounded, and never told twice.

import type { Bus, Clock, Logger } from '@fenghuo/kit';
import { type Decision, type Incident, type RouteRule, severities, subjects } from '@fenghuo/rules/contract';
import { type About, postFor, type Receiver, type Secret } from './receivers.ts';

export type NotifyParts = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly routes: readonly RouteRule[];
  readonly secret: Secret;
  readonly link: (incident: string) => string;
};

const ATTEMPTS_MAX = 6;
const TIMEOUT_MS = 5_000;
const QUEUE_MAX = 1_000;

export class Notify {
  /** What was sent, by page key: filled from the log before anything new is told. */
  private readonly sent = new Set<string>();
  private readonly lines = new Map<string, Promise<void>>();
  private waiting = 0;
  private readonly parts: NotifyParts;

  constructor(parts: NotifyParts) {
    this.parts = parts;
  }

  /** Looks at each decision of the log, old and new; old ones only tell what was sent already. */
  decided(decision: Decision, incident: Incident | undefined, isFresh: boolean): void {
    if (decision.type === 'page.sent') this.sent.add(decision.id);
    if (!isFresh || incident === undefined) return;
    if (decision.type === 'incident.cause') {
      // The first cause comes with the opening within the same step: they are one page. A later one is an update.
      if (decision.supersedes === undefined) this.page(incident, 'open', decision.seq);
      else this.page(incident, 'cause', decision.seq);
    }
    if (decision.type === 'incident.opened')
      this.parts.clock.after(2_000, () => this.page(incident, 'open', decision.seq));
    if (decision.type === 'incident.state' && (decision.to === 'closed' || decision.to === 'repaired'))
      this.page(incident, 'resolve', decision.seq);
  }

  private page(incident: Incident, about: About, seq: number): void {
    for (const route of this.parts.routes) {
      if (severities.indexOf(incident.severity) > severities.indexOf(route.severityMin)) continue;
      for (const receiver of route.receivers) {
        const key = `page-${incident.id}-${about}-${receiver.name}${about === 'cause' ? `-${seq}` : ''}`;
        if (this.sent.has(key)) continue;
        this.sent.add(key);
        if (this.waiting >= QUEUE_MAX) {
          this.parts.log.error({ key }, 'page dropped: as many wait as may');
          continue;
        }
        this.waiting++;
        // A receiver hears of an incident in order: its pages follow each other.
        const line = (this.lines.get(receiver.name) ?? Promise.resolve())
          .then(() => this.send(receiver, incident, about, seq, key))
          .finally(() => this.waiting--);
        this.lines.set(receiver.name, line);
      }
    }
  }

  private async send(receiver: Receiver, incident: Incident, about: About, seq: number, key: string): Promise<void> {
    const { clock, log } = this.parts;
    let error = '';
    let attempts = 0;
    while (attempts < ATTEMPTS_MAX) {
      attempts++;
      try {
        const post = postFor(receiver, incident, about, clock.now(), this.parts.secret, this.parts.link(incident.id));
        const response = await fetch(post.url, {
          method: 'POST',
          body: post.body,
          headers: post.headers,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        await response.body?.cancel();
        if (response.ok)
          return await this.tell({
            v: 1,
            id: key,
            atMs: clock.now(),
            seq,
            type: 'page.sent',
            incident: incident.id,
            receiver: receiver.name,
            about,
            attempts,
          });
        error = `answered ${response.status}`;
        if (response.status < 500 && response.status !== 429) break;
      } catch (cause) {
        error = cause instanceof Error ? cause.message : String(cause);
      }
      log.warn({ receiver: receiver.name, about, attempts, error }, 'page not taken');
      if (attempts < ATTEMPTS_MAX) await clock.sleep(500 * 2 ** attempts);
    }
    await this.tell({
      v: 1,
      id: `${key}-failed`,
      atMs: clock.now(),
      seq,
      type: 'page.failed',
      incident: incident.id,
      receiver: receiver.name,
      about,
      attempts,
      error,
    });
  }

  private async tell(decision: Decision): Promise<void> {
    await this.parts.bus
      .publish(subjects.decision(decision.type, decision.incident), JSON.stringify(decision), { msgId: decision.id })
      .catch((error: unknown) => this.parts.log.error({ err: error }, 'the log did not take what was sent'));
  }
}
