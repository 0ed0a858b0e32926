// Spans and logs taken in for all senders: what is kept whole goes out with the request, figures when their second is over, news as events.
import type { Bus, Clock, SelfMetrics } from '@fenghuo/kit';
import { type ChangeEvent, subjects } from '@fenghuo/rules/contract';
import { receiveLimits } from './limits.ts';
import { takeLogs } from './otlp-logs.ts';
import { Outgoing } from './outgoing.ts';
import { busRefusal, type Publish } from './publish.ts';
import type { Sender } from './receiver.ts';
import type { RefusalReason } from './refusal.ts';
import { Refused } from './refused.ts';
import { publishRows } from './rows-out.ts';
import { Seen } from './seen.ts';
import type { NewSignature } from './signatures.ts';

export type DeriverParts = {
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  readonly self: SelfMetrics;
  readonly publish: Publish;
  /** Puts a change event before the engine; `key` makes a repeat harmless. */
  readonly tell: (event: ChangeEvent, key: string) => Promise<unknown>;
  /** Runs work that, where it is refused, is the sender's waste. */
  readonly work: <T>(sender: Sender, work: () => T) => T;
  readonly refused: (source: string, all: Iterable<readonly [RefusalReason, { readonly count: number }]>) => void;
};

export class Deriver {
  private readonly parts: DeriverParts;
  private readonly outgoing: Outgoing;
  private readonly count;
  private readonly seen = new Seen();
  private news: NewSignature[] = [];
  private isTelling = false;

  constructor(parts: DeriverParts) {
    const { self } = parts;
    this.parts = parts;
    this.count = {
      spans: self.counter('fenghuo.receive.spans', '{span}', 'Spans taken, by source'),
      logs: self.counter('fenghuo.receive.logs', '{record}', 'Log records taken, by source and kind (error, other)'),
      news: self.counter(
        'fenghuo.receive.signatures',
        '{signature}',
        'Error signatures met for the first time, by what became of them (event, learning, limit, bus)',
      ),
      again: self.counter('fenghuo.receive.again', '{request}', 'Requests of spans and logs that were taken before'),
      late: self.counter('fenghuo.receive.late', '{item}', 'Spans and errors counted in a later second than their own'),
      dropped: self.counter(
        'fenghuo.receive.figures.dropped',
        '{frame}',
        'Frames of figures made here that NATS did not take in time',
      ),
    };
    this.outgoing = new Outgoing(parts.publish, (frames) => this.count.dropped.add(frames));
  }

  /** Takes spans in; resolves when those that are kept whole are acknowledged. Their figures follow when their second is over. */
  async takeSpans(sender: Sender, bytes: Uint8Array): Promise<Refused> {
    const {
      source: { name },
      quota,
      derived,
    } = sender;
    const key = this.admit(sender, bytes);
    if (this.isAgain(key)) return new Refused();
    const { bus, clock } = this.parts;
    const { spans, kept, refused, count } = this.parts.work(sender, () => derived.traces.take(bytes, clock.now()));
    quota.spend(spans);
    await publishRows(bus, clock, subjects.spans(name), kept);
    // Sent again while the first was under way: the rows are the same, the figures must not be.
    if (this.isAgain(key)) return refused;
    this.seen.add(key, clock.now());
    count();
    this.count.spans.add(spans, { source: name });
    sender.totals.take('spans', spans, clock.now());
    this.parts.refused(name, refused.all);
    return refused;
  }

  /** Takes log records in. */
  async takeLogs(sender: Sender, bytes: Uint8Array): Promise<Refused> {
    const {
      source: { name },
      quota,
      derived,
    } = sender;
    const key = this.admit(sender, bytes);
    if (this.isAgain(key)) return new Refused();
    const { records, errors, news, refused } = this.parts.work(sender, () =>
      takeLogs(derived.signatures, bytes, this.parts.clock.now()),
    );
    quota.spend(records);
    this.seen.add(key, this.parts.clock.now());
    this.count.logs.add(errors, { source: name, kind: 'error' });
    sender.totals.take('logs', records, this.parts.clock.now());
    this.count.logs.add(records - errors, { source: name, kind: 'other' });
    this.parts.refused(name, refused.all);
    this.news.push(...news);
    const over = this.news.splice(receiveLimits.eventsWaitingMax).length;
    if (over > 0) this.count.news.add(over, { outcome: 'bus' });
    return refused;
  }

  /** Figures of every second that is over, onto NATS, and the news. */
  close(senders: Iterable<Sender>): void {
    for (const { source, derived } of senders) {
      for (const harvest of derived.close(this.parts.clock.now())) this.outgoing.put(harvest);
      const late = derived.late();
      if (late > 0) this.count.late.add(late, { source: source.name });
      const { untold } = derived.signatures;
      for (const outcome of ['learning', 'limit'] as const) {
        if (untold[outcome] > 0) this.count.news.add(untold[outcome], { outcome });
        untold[outcome] = 0;
      }
      this.parts.refused(source.name, derived.refused());
    }
    void this.outgoing.send();
    void this.tellNews();
  }

  /** The key of a request that may come in. Throws Refusal: over its quota, or figures have waited for NATS for so long that more would be lost. */
  private admit({ source, quota }: Sender, bytes: Uint8Array): string {
    quota.check();
    if (this.outgoing.size >= receiveLimits.figuresWaitingMax / 2) throw busRefusal(new Error('figures wait for NATS'));
    return Seen.key(source.name, bytes);
  }

  private isAgain(key: string): boolean {
    const isAgain = this.seen.has(key, this.parts.clock.now());
    if (isAgain) this.count.again.add(1);
    return isAgain;
  }

  private async tellNews(): Promise<void> {
    if (this.isTelling) return;
    this.isTelling = true;
    try {
      for (let next = this.news[0]; next !== undefined; next = this.news[0]) {
        const { service, id, what, timeMs } = next;
        await this.parts.tell({ v: 1, kind: 'error', service, what, timeMs }, `signature-${service}-${id}`);
        this.news.shift();
        this.count.news.add(1, { outcome: 'event' });
      }
    } catch {
      // NATS is away: it is told when it is back.
    } finally {
      this.isTelling = false;
    }
  }
}
