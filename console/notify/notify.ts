// Telling people: whatever the log says is due is sent until it is taken; what was taken is written into the log.
import type { Bus, Clock, Logger, SelfMetrics, Timer } from '@fenghuo/kit';
import {
  type Decision,
  type DecisionOf,
  type Incident,
  type RouteRule,
  type Silence,
  subjects,
} from '@fenghuo/rules/contract';
import { deliver } from './deliver.ts';
import { duePage, foldPage, isWanted, type Ledger, type Page, toldOf } from './due.ts';
import { PACE_MEMORY, paceMs } from './pace.ts';
import { pageFor, type Receiver, type Secret } from './receivers.ts';

export type NotifyParts = {
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly self: SelfMetrics;
  readonly routes: readonly RouteRule[];
  readonly secret: Secret;
  readonly link: (incident: string) => string;
  readonly incident: (id: string) => Incident | undefined;
  /** The silence that holds pages about an incident back now. */
  readonly silenced: (incident: Incident, nowMs: number) => Silence | undefined;
  readonly retry?: { readonly firstMs: number; readonly maxMs: number; readonly timeoutMs: number };
};

/** After so many attempts the log says that a page does not get through; they go on. */
const TOLD_AFTER = 6;
/** A line looks again at least so often, whatever it waits for. */
const SLEEP_MS_MAX = 3_600_000;
/** However long a receiver asks us to stay away. */
const AWAY_MS_MAX = 900_000;
const retryDefault = { firstMs: 1_000, maxMs: 60_000, timeoutMs: 5_000 };

export class Notify {
  private ledger: Ledger = new Map();
  /** One line an incident and receiver, so that each hears of an incident in order and no receiver waits for another. */
  private readonly lines = new Map<string, () => void>();
  private readonly refused = new Set<string>();
  /** When each receiver was last told, whatever it answered. */
  private readonly told = new Map<string, number[]>();
  private readonly muted = new Set<string>();
  private following = false;
  private halt: () => void = () => undefined;
  private readonly stopped = new Promise<void>((halt) => {
    this.halt = halt;
  });
  private readonly parts: NotifyParts;
  private readonly count;

  constructor(parts: NotifyParts) {
    this.parts = parts;
    this.count = {
      sent: parts.self.counter('fenghuo.console.pages', '{page}', 'Pages taken, by receiver and what about'),
      muted: parts.self.counter('fenghuo.console.pages.muted', '{page}', 'Pages held back by a silence, by receiver'),
      failed: parts.self.counter('fenghuo.console.page.failures', '{attempt}', 'Attempts that failed, by receiver'),
    };
  }

  /** Looks at each decision of the log, old and new. Until `follow`, they only tell what was sent already. */
  decided(decision: Decision, incident: Incident | undefined): void {
    this.ledger = foldPage(this.ledger, decision);
    if (decision.type === 'page.muted') this.muted.add(decision.id);
    if (this.following && incident !== undefined) this.tend(incident);
  }

  /** The log has been read to its end, or silences changed: what is still due is due now. */
  follow(incidents: Iterable<Incident>): void {
    this.following = true;
    for (const incident of incidents) this.tend(incident);
  }

  /** Begins nothing more; what is under way is finished or repeated by the next console. */
  stop(): void {
    this.following = false;
    this.halt();
  }

  private tend(incident: Incident): void {
    for (const route of this.parts.routes) {
      if (!isWanted(route, incident)) continue;
      for (const receiver of route.receivers) {
        const key = `${incident.id}\u0000${receiver.name}`;
        const wake = this.lines.get(key);
        if (wake !== undefined) wake();
        else if (this.due(route, receiver, incident, 0) !== undefined) {
          this.lines.set(key, () => undefined);
          void this.run(route, receiver, incident.id, key);
        }
      }
    }
  }

  private due(route: RouteRule, { name }: Receiver, incident: Incident, nowMs: number): ReturnType<typeof duePage> {
    return duePage(incident, name, toldOf(this.ledger, incident.id, name), nowMs, route.onlyEscalations === true);
  }

  /** Tells one receiver of one incident all that is due, then ends. What is due is asked anew before every attempt. */
  private async run(route: RouteRule, receiver: Receiver, id: string, key: string): Promise<void> {
    const { clock } = this.parts;
    let attempts = 0;
    let before = '';
    while (this.following) {
      const incident = this.parts.incident(id);
      if (incident === undefined) break;
      const due = this.due(route, receiver, incident, clock.now());
      if (due === undefined || ('key' in due && this.refused.has(refusal(due)))) break;
      if ('waitMs' in due) {
        await this.waited(key, due.waitMs);
        continue;
      }
      // Whoever was told of the beginning is told of the end, silence or not.
      const muted = due.about === 'resolve' ? undefined : this.parts.silenced(incident, clock.now());
      if (muted !== undefined) {
        await this.mute(receiver, id, due, muted);
        await this.waited(key, Math.min(SLEEP_MS_MAX, muted.endsMs - clock.now()));
        continue;
      }
      const told = this.told.get(receiver.name) ?? [];
      const turnMs = paceMs(receiver.type, told, clock.now());
      if (turnMs > 0) {
        await this.waited(key, turnMs);
        continue;
      }
      this.told.set(receiver.name, [...told, clock.now()].slice(-PACE_MEMORY));
      attempts = due.key === before ? attempts + 1 : 1;
      before = due.key;
      const againMs = await this.attempt(receiver, incident, due, attempts);
      // A back-off is not cut short by decisions, only by the end of this console.
      if (againMs !== undefined) await Promise.race([clock.sleep(againMs), this.stopped]);
    }
    this.lines.delete(key);
  }

  /** Says once a page and silence that it is held back. */
  private async mute(receiver: Receiver, incident: string, { key, about }: Page, by: Silence): Promise<void> {
    const id = `${key}-muted-${by.id}`;
    if (this.muted.has(id)) return;
    this.muted.add(id);
    this.count.muted.add(1, { receiver: receiver.name });
    const atMs = this.parts.clock.now();
    const held = { receiver: receiver.name, about, silence: by.id, untilMs: by.endsMs, by: by.createdBy };
    await this.tell({ v: 1, id, atMs, seq: 0, incident, type: 'page.muted', ...held });
  }

  /** So long, or less where a decision about the incident comes in between. No timer stays behind: a clock may run for half an hour. */
  private async waited(key: string, ms: number): Promise<void> {
    let timer: Timer | undefined;
    const over = new Promise<void>((wake) => {
      this.lines.set(key, wake);
      timer = this.parts.clock.after(ms, wake);
    });
    await Promise.race([over, this.stopped]);
    timer?.cancel();
    this.lines.set(key, () => undefined);
  }

  /** One attempt and what the log is told of it; answers after how long to try again. */
  private async attempt(
    receiver: Receiver,
    incident: Incident,
    page: Page,
    attempts: number,
  ): Promise<number | undefined> {
    const { clock, log, secret, link } = this.parts;
    const { firstMs, maxMs, timeoutMs } = this.parts.retry ?? retryDefault;
    const { about, key, cause } = page;
    const outcome = await deliver(
      () => pageFor({ receiver, incident, about, key, atMs: clock.now(), secret, link: link(incident.id) }),
      timeoutMs,
    );
    const said = { receiver: receiver.name, about, attempts };
    const base = { v: 1, atMs: clock.now(), seq: 0, incident: incident.id, ...said } as const;
    if (outcome.is === 'taken') {
      this.count.sent.add(1, { receiver: receiver.name, about });
      await this.tell({ ...base, id: key, type: 'page.sent', ...(cause === undefined ? {} : { cause }) });
      return undefined;
    }
    this.count.failed.add(1, { receiver: receiver.name });
    log.warn({ ...said, error: outcome.error }, 'page not taken');
    if (attempts === TOLD_AFTER || outcome.is === 'refused')
      await this.tell({ ...base, id: `${key}-failed`, type: 'page.failed', error: outcome.error });
    if (outcome.is === 'refused') {
      this.refused.add(refusal(page));
      return undefined;
    }
    return Math.max(Math.min(AWAY_MS_MAX, outcome.afterMs ?? 0), Math.min(maxMs, firstMs * 2 ** (attempts - 1)));
  }

  /** Writes into the log until the log has it: what is not written there would be told again by the next console. */
  private async tell(decision: DecisionOf<'page.sent' | 'page.failed' | 'page.muted'>): Promise<void> {
    this.ledger = foldPage(this.ledger, decision);
    while (this.following) {
      try {
        await this.parts.bus.publish(subjects.decision(decision.type, decision.incident), JSON.stringify(decision), {
          msgId: decision.id,
        });
        return;
      } catch (error) {
        this.parts.log.warn({ err: error, id: decision.id }, 'the log did not take what was sent, again');
        await this.parts.clock.sleep(500);
      }
    }
  }
}

/** What was refused: this page about this cause. Once the cause is another one, it is another page. */
const refusal = ({ key, cause }: Page): string => `${key} ${cause?.entity} ${cause?.kind}`;
