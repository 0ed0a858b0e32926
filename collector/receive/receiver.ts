// What all receivers share: sources by key, admission, publishing, counters. A format hands in a decoder and gets an outcome back.
import type { IncomingHttpHeaders } from 'node:http';
import type { Bus, Clock, SelfMetrics, Timer } from '@fenghuo/kit';
import { subjects } from '@fenghuo/rules/contract';
import { Derived } from './derived.ts';
import { Flying, type Key, Quota, sourceOf } from './keys.ts';
import { receiveLimits } from './limits.ts';
import { OtlpMetrics } from './otlp-metrics.ts';
import { Outgoing } from './outgoing.ts';
import { busRefusal, publisher } from './publish.ts';
import { Refusal, type RefusalReason } from './refusal.ts';
import type { Refused } from './refused.ts';
import { RemoteWrite } from './remote-write.ts';
import { RemoteWrite2 } from './remote-write-2.ts';
import { publishRows } from './rows-out.ts';
import { Snappy } from './snappy.ts';
import { Source } from './source.ts';
import { Taken } from './taken.ts';

export type ReceiverParts = {
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  readonly self: SelfMetrics;
  readonly partitions: number;
  readonly keys: readonly Key[];
  readonly seriesMax: number;
  /** Random, so that nobody can choose labels whose hashes collide. */
  readonly seed: number;
};
/** One sender with the state of each format it speaks. */
export type Sender = {
  readonly source: Source;
  readonly quota: Quota;
  readonly one: RemoteWrite;
  readonly two: RemoteWrite2;
  readonly otlp: OtlpMetrics;
  readonly derived: Derived;
};

export class Receiver {
  readonly flying = new Flying();
  readonly snappy = new Snappy(receiveLimits.decodedBytesMax);
  private readonly senders = new Map<string, Sender>();
  private readonly parts: ReceiverParts;
  private readonly publish: ReturnType<typeof publisher>;
  private readonly outgoing: Outgoing;
  private readonly startedMs: number;
  private readonly count;
  private readonly live;

  constructor(parts: ReceiverParts) {
    const { self } = parts;
    this.parts = parts;
    this.publish = publisher(parts);
    this.startedMs = Math.floor(parts.clock.now());
    this.count = {
      requests: self.counter('fenghuo.receive.requests', '{request}', 'Requests answered, by format and status'),
      samples: self.counter('fenghuo.receive.samples', '{sample}', 'Samples acknowledged, by source'),
      missing: self.counter(
        'fenghuo.receive.missing',
        '{sample}',
        'Samples whose value is NaN: stale markers and "no value"',
      ),
      refused: self.counter('fenghuo.receive.refused', '{item}', 'What was not taken, by reason and source'),
      spans: self.counter('fenghuo.receive.spans', '{span}', 'Spans taken, by source'),
      late: self.counter('fenghuo.receive.spans.late', '{span}', 'Spans counted in a later second than their own'),
      dropped: self.counter(
        'fenghuo.receive.figures.dropped',
        '{frame}',
        'Frames of figures made here that NATS did not take in time',
      ),
      ignored: self.counter('fenghuo.receive.exemplars', '{exemplar}', 'Exemplars, which are not kept'),
    };
    this.outgoing = new Outgoing(this.publish, (frames) => this.count.dropped.add(frames));
    this.live = self.gauge('fenghuo.receive.series', '{series}', 'Live series, by source');
  }

  /** The sender that the headers prove. Throws Refusal. */
  sender(headers: IncomingHttpHeaders): Sender {
    const name = sourceOf(this.parts.keys, headers);
    const known = this.senders.get(name);
    if (known !== undefined) return known;
    const { clock, keys, seed, seriesMax } = this.parts;
    const options = { name, incarnation: this.startedMs, seriesMax };
    const source = new Source(options);
    const rate = keys.find((key) => key.name === name)?.samplesPerSecondMax ?? Number.POSITIVE_INFINITY;
    const made = {
      source,
      quota: new Quota(clock, rate),
      one: new RemoteWrite(source, seed),
      two: new RemoteWrite2(source, seed),
      otlp: new OtlpMetrics(source, seed),
      derived: new Derived(options),
    };
    this.senders.set(name, made);
    return made;
  }

  /**
   * Decodes (synchronously, so that nobody else is in the source meanwhile) and publishes; resolves when all of it is acknowledged.
   * What was decoded before a fault is published too; then the fault is thrown.
   */
  async take(sender: Sender, decode: (taken: Taken) => void): Promise<Taken> {
    const { source, quota } = sender;
    quota.check();
    const taken = new Taken(source);
    source.begin(this.parts.clock.now());
    let fault: unknown;
    try {
      decode(taken);
    } catch (error) {
      fault = error;
    }
    const harvest = source.end();
    taken.settle();
    const { samples, missing } = source.tally;
    taken.samples = samples;
    quota.spend(samples);
    await this.publish(harvest);
    this.count.samples.add(samples, { source: source.name });
    if (missing > 0) this.count.missing.add(missing, { source: source.name });
    if (taken.exemplars > 0) this.count.ignored.add(taken.exemplars, { source: source.name });
    this.refused(source.name, taken.refusals);
    if (fault !== undefined) throw fault;
    return taken;
  }

  /** Takes spans in; resolves when those that are kept whole are acknowledged. Their figures follow when their second is over. */
  async takeSpans({ source: { name }, quota, derived }: Sender, bytes: Uint8Array): Promise<Refused> {
    quota.check();
    if (this.outgoing.size >= receiveLimits.figuresWaitingMax / 2) throw busRefusal(new Error('figures wait for NATS'));
    const { bus, clock } = this.parts;
    const { spans, kept, refused, count } = derived.traces.take(bytes, clock.now());
    quota.spend(spans);
    await publishRows(bus, clock, subjects.spans(name), kept);
    count();
    this.count.spans.add(spans, { source: name });
    this.refused(name, refused.all);
    return refused;
  }

  private refused(source: string, all: Iterable<readonly [RefusalReason, { readonly count: number }]>): void {
    for (const [reason, { count }] of all) this.count.refused.add(count, { reason, source });
  }

  /** Counts an answer, and the refusal that it may be. */
  answered(format: string, status: number, refusal?: Refusal): void {
    this.count.requests.add(1, { format, status: String(status) });
    if (refusal !== undefined) this.count.refused.add(1, { reason: refusal.reason, source: '' });
  }

  /** Lets idle series go, every minute, and figures out whose second is over. */
  start(): Timer {
    const timers = [this.sweeping(), this.parts.clock.every(receiveLimits.closeMs, () => this.close())];
    return { cancel: () => timers.forEach((timer) => void timer.cancel()) };
  }

  private close(): void {
    for (const { source, derived } of this.senders.values()) {
      this.outgoing.put(derived.close(this.parts.clock.now()));
      const late = derived.late();
      if (late > 0) this.count.late.add(late, { source: source.name });
      this.refused(source.name, derived.refused());
    }
    void this.outgoing.send();
  }

  private sweeping(): Timer {
    return this.parts.clock.every(receiveLimits.sweepMs, () => {
      for (const { source, one, two, otlp, derived } of this.senders.values()) {
        derived.sweep(this.parts.clock.now());
        const gone = new Set(source.sweep(this.parts.clock.now()));
        if (gone.size > 0) for (const { index } of [one, two, otlp]) index.forget(gone);
        this.live.set(source.live + derived.live, { source: source.name });
      }
    });
  }
}

/** Any error as a Refusal; what is none of ours is the bus's. */
export const asRefusal = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal('bus_away', error instanceof Error ? error.message : String(error), receiveLimits.retryAfterSeconds);
