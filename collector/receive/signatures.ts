// Error signatures of each service: which are known, which are new, how often each was seen in a second.
import { type Column, hash64, type Resource } from '@fenghuo/rules/contract';
import { within } from './describe.ts';
import { Drain, type Template } from './drain.ts';
import { Figures, figureKey } from './figures.ts';
import { receiveLimits } from './limits.ts';
import { Seconds } from './seconds.ts';
import type { Source } from './source.ts';

/** What a signature is told as: a change of the service, at the moment of its first error. */
export type NewSignature = {
  readonly service: string;
  readonly id: string;
  readonly what: string;
  readonly timeMs: number;
};
/** Signatures known from before this process started, by service. */
export type Known = ReadonlyMap<string, readonly string[]>;

/** Also what `knownSignatures` reads (store/reads.ts). */
const SIGNATURE_METRIC = 'fenghuo.log.signature.errors';
/** What a message without precedent says while a service is new to us: everything is. */
const LEARNING_MS = 300_000;
const HOUR_MS = 3_600_000;

/** So many in an hour. */
class PerHour {
  private readonly most: number;
  private hour = 0;
  private spent = 0;

  constructor(most: number) {
    this.most = most;
  }

  has(nowMs: number): boolean {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour !== this.hour) {
      this.hour = hour;
      this.spent = 0;
    }
    return this.spent < this.most;
  }

  spend(): void {
    this.spent++;
  }
}

type Seen = {
  readonly id: string;
  readonly column: Omit<Column, 'id'>;
  readonly key: string;
  count: number;
  seenMs: number;
};
type Service = {
  readonly resource: Resource;
  readonly drain: Drain;
  readonly seen: Map<Template, Seen>;
  readonly sinceMs: number;
  seenMs: number;
  errors: number;
  readonly told: PerHour;
};
type Waiting = { readonly service: Service; readonly seen: Seen };

export class Signatures {
  readonly figures: Figures;
  readonly seconds = new Seconds<Waiting>();
  /** Signatures that were met and not told, by why, since the last look. */
  readonly untold = { learning: 0, limit: 0 };
  /** Errors too late to be counted with those of now. */
  tooLate = 0;
  private readonly told = new PerHour(receiveLimits.signaturesToldPerHourOfSourceMax);
  private readonly services = new Map<string, Service>();
  private readonly known: Known;

  constructor(source: Source, known: Known) {
    this.figures = new Figures(source);
    this.known = known;
  }

  /** A log record of any severity shows that the service is at work; false where there are too many services. */
  alive(of: Resource & { readonly service: string }, nowMs: number): boolean {
    const service = this.serviceOf(of, nowMs);
    if (service !== undefined) service.seenMs = nowMs;
    return service !== undefined;
  }

  /** An error of a service that is alive; answers its signature where it is new and to be told. */
  error(
    of: Resource & { readonly service: string },
    text: string,
    timeMs: number,
    nowMs: number,
  ): NewSignature | undefined {
    const service = this.serviceOf(of, nowMs);
    if (service === undefined) return undefined;
    const { template, isNew } = service.drain.meet(text);
    const seen = this.seenOf(service, template);
    seen.seenMs = nowMs;
    // What is a minute late is no news of now; it is known from here on.
    const isOfNow = this.seconds.put({ service, seen }, timeMs, nowMs);
    if (!isOfNow) this.tooLate++;
    if (!isNew || !isOfNow) return undefined;
    if (nowMs - service.sinceMs < LEARNING_MS) {
      this.untold.learning++;
      return undefined;
    }
    if (!service.told.has(nowMs) || !this.told.has(nowMs)) {
      this.untold.limit++;
      return undefined;
    }
    service.told.spend();
    this.told.spend();
    const what = `new error signature: ${template.name}`;
    return {
      service: of.service,
      id: seen.id,
      what: what.slice(0, WHAT_MAX),
      timeMs: Math.floor(Math.min(timeMs, nowMs)),
    };
  }

  /** Puts the counts of every second that is due into the source, which must have begun. */
  close(nowMs: number): void {
    this.seconds.close(nowMs, (items, endMs) => {
      for (const { service, seen } of items) {
        seen.count++;
        service.errors++;
      }
      for (const [key, service] of this.services) {
        if (nowMs - service.seenMs > receiveLimits.signatureIdleMsMax) this.services.delete(key);
        else this.tell(service, endMs, nowMs);
      }
    });
  }

  private tell(service: Service, endMs: number, nowMs: number): void {
    const { resource, seen, errors } = service;
    this.figures.put(resource, endMs, { ...errorCount, metric: 'fenghuo.log.errors', attributes: {}, value: errors });
    service.errors = 0;
    for (const [template, one] of seen) {
      if (nowMs - one.seenMs > receiveLimits.signatureIdleMsMax) {
        seen.delete(template);
        continue;
      }
      this.figures.put(resource, endMs, { ...one.column, value: one.count }, one.key);
      one.count = 0;
    }
  }

  private seenOf(service: Service, template: Template): Seen {
    const known = service.seen.get(template);
    if (known !== undefined) return known;
    const id = hash64(template.name);
    const attributes = { 'log.signature': id, 'log.template': within(template.name, hash64) };
    const column = { ...errorCount, metric: SIGNATURE_METRIC, attributes };
    const made = { id, column, key: figureKey(service.resource, column), count: 0, seenMs: 0 };
    service.seen.set(template, made);
    return made;
  }

  private serviceOf(
    { service, namespace, environment }: Resource & { readonly service: string },
    nowMs: number,
  ): Service | undefined {
    const key = `${service}\u0000${namespace ?? ''}\u0000${environment ?? ''}`;
    const found = this.services.get(key);
    if (found !== undefined) return found;
    if (this.services.size >= receiveLimits.logServicesMax) return undefined;
    const before = this.known.get(service) ?? [];
    const made: Service = {
      resource: {
        service,
        ...(namespace === undefined ? {} : { namespace }),
        ...(environment === undefined ? {} : { environment }),
      },
      drain: new Drain(),
      seen: new Map(),
      // Whose signatures are known from before is no stranger.
      sinceMs: before.length > 0 ? Number.NEGATIVE_INFINITY : nowMs,
      seenMs: nowMs,
      errors: 0,
      told: new PerHour(receiveLimits.signaturesToldPerHourMax),
    };
    for (const text of before) made.drain.meet(text);
    this.services.set(key, made);
    return made;
  }
}

const errorCount = { unit: '{error}', kind: 'delta', class: 'errors' } as const;
/** As long as a change event may be. */
const WHAT_MAX = 1_024;
