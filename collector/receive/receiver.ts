// What all receivers share: sources by key, admission, publishing, counters. A format hands in a decoder and gets an outcome back.
import type { IncomingHttpHeaders } from 'node:http';
import type { Bus, Clock, SelfMetrics, Timer } from '@fenghuo/kit';
import { Derived } from './derived.ts';
import { Deriver, type DeriverParts } from './deriver.ts';
import { Flying, type Key, Quota, sourceOf } from './keys.ts';
import { receiveLimits } from './limits.ts';
import { OtlpMetrics } from './otlp-metrics.ts';
import { publisher } from './publish.ts';
import type { Recall } from './recall.ts';
import { Refusal, type RefusalReason } from './refusal.ts';
import { RemoteWrite } from './remote-write.ts';
import { RemoteWrite2 } from './remote-write-2.ts';
import type { Known } from './signatures.ts';
import { Snappy } from './snappy.ts';
import { Source } from './source.ts';
import { Taken } from './taken.ts';
import { type SourceTotals, Totals } from './totals.ts';

export type ReceiverParts = {
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  readonly self: SelfMetrics;
  readonly partitions: number;
  readonly keys: readonly Key[];
  readonly seriesMax: number;
  /** Random, so that nobody can choose labels whose hashes collide. */
  readonly seed: number;
  /** Error signatures known from before, by service. */
  readonly known: Known;
  readonly tell: DeriverParts['tell'];
  readonly recall: Recall;
};
/** One sender with the state of each format it speaks. */
export type Sender = {
  readonly source: Source;
  readonly quota: Quota;
  /** Of the time that its refused requests take. */
  readonly waste: Quota;
  readonly one: RemoteWrite;
  readonly two: RemoteWrite2;
  readonly otlp: OtlpMetrics;
  readonly derived: Derived;
  readonly totals: Totals;
};

export class Receiver {
  readonly flying: Flying;
  readonly snappy = new Snappy(receiveLimits.decodedBytesMax);
  readonly deriver: Deriver;
  private readonly senders = new Map<string, Sender>();
  private readonly parts: ReceiverParts;
  private readonly publish: ReturnType<typeof publisher>;
  private readonly startedMs: number;
  private readonly count;
  private readonly live;

  constructor(parts: ReceiverParts) {
    const { self } = parts;
    this.parts = parts;
    this.flying = new Flying(parts.keys.length > 1 ? receiveLimits.flyingShare : 1);
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
      ignored: self.counter('fenghuo.receive.exemplars', '{exemplar}', 'Exemplars, which are not kept'),
    };
    const { bus, clock, tell } = parts;
    const refused: DeriverParts['refused'] = (source, all) => this.refused(source, all);
    this.deriver = new Deriver({
      bus,
      clock,
      self,
      publish: this.publish,
      tell,
      refused,
      work: (sender, work) => this.work(sender, work),
    });
    this.live = self.gauge('fenghuo.receive.series', '{series}', 'Live series, by source');
  }

  /** The sender that the headers prove. Throws Refusal. */
  sender(headers: IncomingHttpHeaders): Sender {
    const name = sourceOf(this.parts.keys, headers);
    const known = this.senders.get(name);
    if (known !== undefined) {
      known.waste.check();
      return known;
    }
    const { clock, keys, seed, seriesMax } = this.parts;
    const options = { name, incarnation: this.startedMs, seriesMax };
    const source = new Source(options);
    const rate = keys.find((key) => key.name === name)?.samplesPerSecondMax ?? Number.POSITIVE_INFINITY;
    // Without keys all senders are one source: one that is bad must not close the door to the others.
    const wasteMax = keys.length > 0 ? receiveLimits.wastedMsPerSecond : Number.POSITIVE_INFINITY;
    const made = {
      source,
      quota: new Quota(clock, rate, 'quota', 'samples'),
      waste: new Quota(clock, wasteMax, 'wasteful', 'ms of work on what is refused'),
      one: new RemoteWrite(source, seed),
      two: new RemoteWrite2(source, seed),
      otlp: new OtlpMetrics(source, seed),
      derived: new Derived(options, this.parts.known),
      totals: new Totals(),
    };
    this.senders.set(name, made);
    return made;
  }

  /**
   * Decodes (synchronously, so that nobody else is in the source meanwhile) and publishes; resolves when all of it is acknowledged.
   * What was decoded before a fault is published too; then the fault is thrown.
   * @param bytes the request as it is when it is sent again
   */
  async take(sender: Sender, bytes: Uint8Array, decode: (taken: Taken) => void): Promise<Taken> {
    const { source, quota, waste } = sender;
    const { clock } = this.parts;
    quota.check();
    const request = await this.parts.recall(source.name, bytes);
    const taken = new Taken(source);
    source.begin(clock.now(), request.has);
    const from = clock.monotonic();
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
    const { rejected } = taken;
    const wasted = fault === undefined ? rejected / Math.max(1, rejected + samples) : 1;
    waste.spend((clock.monotonic() - from) * wasted);
    await this.publish(harvest, request);
    this.count.samples.add(samples, { source: source.name });
    sender.totals.take('samples', samples, clock.now());
    if (missing > 0) this.count.missing.add(missing, { source: source.name });
    if (taken.exemplars > 0) this.count.ignored.add(taken.exemplars, { source: source.name });
    this.refused(source.name, taken.refusals);
    if (fault !== undefined) throw fault;
    return taken;
  }

  /** Runs work for a sender that must not be waited in; where it is refused, the time it took is the sender's waste. */
  work<T>({ waste }: Sender, work: () => T): T {
    const from = this.parts.clock.monotonic();
    try {
      return work();
    } catch (error) {
      waste.spend(this.parts.clock.monotonic() - from);
      throw error;
    }
  }

  /** What each source has sent since the start. */
  totals(): SourceTotals[] {
    return [...this.senders.values()].map(({ source, derived, totals }) =>
      totals.of(source.name, source, derived.live),
    );
  }

  /** Counts refusals by reason. */
  refused(source: string, all: Iterable<readonly [RefusalReason, { readonly count: number }]>): void {
    for (const [reason, { count }] of all) {
      this.count.refused.add(count, { reason, source });
      this.senders.get(source)?.totals.refuse(reason, count, this.parts.clock.now());
    }
  }

  /** Counts an answer, and the refusal that it may be. */
  answered(format: string, status: number, refusal?: Refusal): void {
    this.count.requests.add(1, { format, status: String(status) });
    if (refusal !== undefined) this.count.refused.add(1, { reason: refusal.reason, source: '' });
  }

  /** Lets idle series go, every minute, and figures out whose second is over. */
  start(): Timer {
    const timers = [
      this.sweeping(),
      this.parts.clock.every(receiveLimits.closeMs, () => this.deriver.close(this.senders.values())),
    ];
    return { cancel: () => timers.forEach((timer) => void timer.cancel()) };
  }

  private sweeping(): Timer {
    return this.parts.clock.every(receiveLimits.sweepMs, () => {
      for (const { source, one, two, otlp, derived } of this.senders.values()) {
        derived.sweep(this.parts.clock.now());
        const gone = new Set(source.sweep(this.parts.clock.now()));
        if (gone.size > 0) for (const known of [one.index, two.index, otlp]) known.forget(gone);
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
