// Spans become figures: calls, errors and latency of each edge (who this process calls) and of the server, a tick at a time.
import { type EdgeProtocol, limits } from '@fenghuo/rules/contract';
import { type Attributes, type HrTime, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { Sketch } from './sketch.ts';
import { Statements } from './statements.ts';

export { callPoints } from './call-points.ts';
export { Sketch } from './sketch.ts';

/** What the processor needs of a span; the SDK's spans have it. */
export type CallSpan = {
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly status: { readonly code: SpanStatusCode };
  readonly startTime: HrTime;
  readonly duration: HrTime;
};

export type Edge = {
  readonly callee: string;
  readonly protocol: EdgeProtocol;
  readonly metric: string;
  readonly latency: Sketch;
  errors: number;
  /** Tenths of a second in which calls of it failed during this tick, a bit each. */
  failedAt: number;
  active: number;
  /** What its slowest calls lately took, seconds; undefined before the first has ended. */
  usual: number | undefined;
  /** What the slowest of each of the last ticks took, seconds, which is not yet usual; the oldest first. */
  readonly recent: number[];
};
/** Messages that this process took from a queue and worked off. */
export type Source = { readonly queue: string; readonly latency: Sketch; errors: number };
export type Server = { readonly latency: Sketch; errors: number; active: number };

const OTHER = 'other';
/** Queues that one process takes from; those beyond are folded into "other". */
const SOURCES_MAX = 32;
/** Edges kept free, so that each protocol has room for its "other". */
const OTHERS = 4;
/** Calls at once whose age is followed; those beyond still count when they end. About 100 bytes each. */
export const openCallsMax = 10_000;
/** A call that never ends (an answer whose body nobody reads) is forgotten after this, or its age would alarm for ever. */
export const openCallMsMax = 600_000;
/** Addresses of this process that are told: as many as a schema holds. */
const LISTENS_MAX = 64;
/** The slowest call is remembered for so long, in ticks, that a quarter of it is left after a minute. */
const USUAL_KEEP = 0.25 ** (1 / 60);
/** And is usual only after so many ticks: a trouble that comes and goes would otherwise hide in its own first wave. */
const USUAL_AFTER = 5;
/** Whether a call of this tick took longer than the slowest lately did. */
export const isSlow = ({ latency, usual }: Edge): boolean => usual !== undefined && latency.max > usual;
const seconds = ([s, ns]: HrTime): number => s + ns / 1e9;
/** Moments of a tick that are told apart. */
const MOMENTS = 10;
/** Which of a tick's moments a time in seconds is of. */
const momentOf = (second: number): number => Math.floor((second * 1_000 * MOMENTS) / limits.tickMs) % MOMENTS;
const said = (attributes: Attributes, ...names: readonly string[]): string | undefined => {
  for (const name of names) {
    const value = attributes[name];
    if (value !== undefined && value !== '') return String(value).slice(0, limits.attributeCharsMax);
  }
  return undefined;
};

/** `host:port`; an IPv6 host in brackets, and all names of the loopback as one. */
export const addressOf = (attributes: Attributes): string | undefined => {
  const told = said(attributes, 'server.address', 'net.peer.name');
  // The old http.host is the Host header and has its port already.
  if (told === undefined) return said(attributes, 'http.host');
  const bare = told.replace(/^\[(.*)\]$/, '$1');
  const host = bare === 'localhost' || bare === '::1' ? '127.0.0.1' : bare.includes(':') ? `[${bare}]` : bare;
  const port = said(attributes, 'server.port', 'net.peer.port');
  return port === undefined ? host : `${host}:${port}`;
};

/** The queue by the best name there is: producers and consumers of one must agree on it. */
const queueOf = (attributes: Attributes): string | undefined =>
  said(attributes, 'service.peer.name', 'peer.service', 'messaging.destination.name');

/** Whether a call failed as its callee's trouble. */
export const failed = ({ attributes, status }: Pick<CallSpan, 'attributes' | 'status'>): boolean => {
  const code = Number(attributes['http.response.status_code'] ?? attributes['http.status_code'] ?? 0);
  if (code >= 500) return true;
  // A client that is told 4xx did get its answer; the span's own ERROR status for 4xx is not trouble of the callee.
  return status.code === SpanStatusCode.ERROR && !(code >= 400);
};

export class Calls {
  readonly edges = new Map<string, Edge>();
  readonly sources = new Map<string, Source>();
  readonly statements = new Statements();
  readonly server: Server = { latency: new Sketch(), errors: 0, active: 0 };
  /** Addresses under which others called this process. */
  readonly listens = new Set<string>();
  served = false;
  private readonly open = new Map<object, { readonly edge: Edge; readonly sinceMs: number }>();

  /** A span began: calls that are still unanswered are counted, and aged by a clock that nobody sets. */
  started(span: object & CallSpan, monotonicMs: number): void {
    if (span.kind === SpanKind.SERVER) this.server.active++;
    const edge = this.edgeOf(span);
    if (edge === undefined) return;
    if (this.open.size >= openCallsMax) return;
    edge.active++;
    this.open.set(span, { edge, sinceMs: monotonicMs });
  }

  ended(span: object & CallSpan): void {
    const duration = seconds(span.duration);
    if (span.kind === SpanKind.SERVER) {
      this.served = true;
      this.server.active = Math.max(0, this.server.active - 1);
      this.server.latency.add(duration);
      if (failed(span)) this.server.errors++;
      const address = addressOf(span.attributes);
      if (address !== undefined && this.listens.size < LISTENS_MAX) this.listens.add(address);
      return;
    }
    if (span.kind === SpanKind.CONSUMER) {
      const source = this.sourceOf(span);
      if (source === undefined) return;
      source.latency.add(duration);
      if (failed(span)) source.errors++;
      return;
    }
    const started = this.open.get(span);
    this.open.delete(span);
    const edge = this.edgeOf(span) ?? started?.edge;
    if (started !== undefined) started.edge.active--;
    if (edge === undefined) return;
    edge.latency.add(duration);
    if (failed(span)) {
      edge.errors++;
      edge.failedAt |= 1 << momentOf(seconds(span.startTime) + duration);
    }
    const text = edge.protocol === 'db' ? said(span.attributes, 'db.query.text', 'db.statement') : undefined;
    if (text !== undefined) this.statements.add(edge, text, duration);
  }

  /**
   * Ages in seconds of each edge's unanswered calls that are older than what its slowest calls took before this tick, oldest first.
   * A younger one is merely in flight: its age tells only the phase between calls and ticks, and would drift like a level shift.
   */
  overdue(monotonicMs: number): ReadonlyMap<Edge, readonly number[]> {
    const ages = new Map<Edge, number[]>();
    for (const [span, { edge, sinceMs }] of this.open) {
      const age = (monotonicMs - sinceMs) / 1_000;
      if (monotonicMs - sinceMs > openCallMsMax) {
        this.open.delete(span);
        edge.active--;
        continue;
      }
      if (age <= (edge.usual ?? limits.tickMs / 1_000)) continue;
      const of = ages.get(edge);
      if (of === undefined) ages.set(edge, [age]);
      else of.push(age);
    }
    return ages;
  }

  /** Ends the tick of an edge: its slowest call will be what is usual (the first is at once), what was usual fades, and its figures begin anew. */
  settle(edge: Edge): void {
    const { latency, recent, usual } = edge;
    if (usual !== undefined) {
      recent.push(latency.max);
      const before = recent.length > USUAL_AFTER ? recent.shift()! : 0;
      edge.usual = Math.max(before, usual * USUAL_KEEP);
    } else if (latency.count > 0) edge.usual = latency.max;
    edge.latency.reset();
    edge.errors = 0;
    edge.failedAt = 0;
  }

  /** The queue that a message came from. A span that only received it, and worked on nothing, is none of ours. */
  private sourceOf({ attributes }: CallSpan): Source | undefined {
    if (said(attributes, 'messaging.operation.type') === 'receive') return undefined;
    const named = queueOf(attributes);
    if (named === undefined) return undefined;
    const folded = !this.sources.has(named) && this.sources.size >= SOURCES_MAX - 1;
    const queue = folded ? OTHER : named;
    const known = this.sources.get(queue);
    if (known !== undefined) return known;
    const made: Source = { queue, latency: new Sketch(), errors: 0 };
    this.sources.set(queue, made);
    return made;
  }

  private edgeOf(span: CallSpan): Edge | undefined {
    if (span.kind !== SpanKind.CLIENT && span.kind !== SpanKind.PRODUCER) return undefined;
    const { attributes } = span;
    const database = said(attributes, 'db.system.name', 'db.system');
    const topic = said(attributes, 'messaging.destination.name');
    const protocol: EdgeProtocol =
      database !== undefined
        ? 'db'
        : topic !== undefined
          ? 'messaging'
          : said(attributes, 'rpc.system') !== undefined
            ? 'rpc'
            : 'http';
    const callee = said(attributes, 'service.peer.name', 'peer.service') ?? topic ?? addressOf(attributes) ?? database;
    if (callee === undefined) return undefined;
    const key = `${protocol} ${callee}`;
    const known = this.edges.get(key);
    if (known !== undefined) return known;
    const folded = this.edges.size >= limits.probeEdgesMax - OTHERS;
    const name = folded ? OTHER : callee;
    const edge = (folded ? this.edges.get(`${protocol} ${OTHER}`) : undefined) ?? {
      callee: name,
      protocol,
      metric: metricOf[protocol],
      latency: new Sketch(),
      errors: 0,
      failedAt: 0,
      active: 0,
      usual: undefined,
      recent: [],
    };
    this.edges.set(`${protocol} ${name}`, edge);
    return edge;
  }
}

/** OpenTelemetry's name for the duration of a call, by protocol. */
const metricOf: Readonly<Record<EdgeProtocol, string>> = {
  http: 'http.client.request.duration',
  rpc: 'rpc.client.duration',
  db: 'db.client.operation.duration',
  messaging: 'messaging.client.operation.duration',
};
