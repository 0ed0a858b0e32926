// Single payments as the app tells them, sent with the next tick. Bounded: what is more than a tick may carry is dropped and counted.
import { type BusinessEvent, limits } from '@fenghuo/rules/contract';

/** What the app says; the probe adds the time. */
export type Told = Omit<BusinessEvent, 'atMs'>;
const CHARS_MAX = 128;

export class Business {
  private waiting: BusinessEvent[] = [];
  /** Events dropped since the start: too many in a tick, or none that anybody could read. */
  dropped = 0;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Never throws into the app: what is no event is dropped. */
  tell(event: Told): void {
    if (this.waiting.length >= limits.businessEventsMax || !isEvent(event)) {
      this.dropped++;
      return;
    }
    this.waiting.push({ ...event, atMs: this.now() });
  }

  /** What was told since the last time. */
  take(): BusinessEvent[] {
    const events = this.waiting;
    if (events.length > 0) this.waiting = [];
    return events;
  }
}

const isText = (text: unknown): boolean => typeof text === 'string' && text.length > 0 && text.length <= CHARS_MAX;
/** Plain checks: a schema library in every app's hot path would cost more than the event. */
const isEvent = ({ kind, subject, ref, amount, party }: Told): boolean =>
  kind === 'payment' && isText(subject) && isText(ref) && amount >= 0 && (party === undefined || isText(party));
