// Spans become what our own probe would have measured in the process that sent them: calls, errors and latency of each edge and of the server.
import { addressOf, type CallSpan, Calls, callPoints } from '@fenghuo/probe/calls';
import type { Resource } from '@fenghuo/rules/contract';
import { resourceKey } from './describe.ts';
import { Figures } from './figures.ts';
import { receiveLimits } from './limits.ts';
import { Seconds } from './seconds.ts';
import type { Source } from './source.ts';
import type { Span } from './span.ts';
import { type Call, Pairs } from './span-pairs.ts';

const SERVER = 2;
const CLIENT = 3;

type Instance = {
  readonly resource: Resource;
  readonly calls: Calls;
  readonly told: Set<string>;
  seenMs: number;
};
type Waiting = { readonly instance: Instance; readonly span: CallSpan; readonly call: Call | undefined };

/** The span as the probe's own `Calls` takes it. */
export const callSpan = ({ kind, attributes, status, startMs, endMs }: Span): CallSpan => ({
  kind: kind - 1,
  attributes,
  status: { code: status },
  startTime: hrTime(startMs),
  duration: hrTime(endMs - startMs),
});
const hrTime = (ms: number): [number, number] => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];

export class SpanFigures {
  readonly source: Source;
  readonly figures: Figures;
  readonly seconds = new Seconds<Waiting>();
  private readonly instances = new Map<string, Instance>();
  private readonly pairs = new Pairs();
  private waiting = 0;

  constructor(source: Source) {
    this.source = source;
    this.figures = new Figures(source);
  }

  /** Takes a span in; or says why its figures cannot be counted. */
  put(
    resource: Resource & { readonly service: string },
    span: Span,
    nowMs: number,
  ): 'probes_limit' | 'late' | undefined {
    const instance = this.instanceOf(resource);
    if (instance === undefined) return 'probes_limit';
    instance.seenMs = nowMs;
    if (span.kind === SERVER) this.pairs.served(span, resource.service);
    const one = callSpan(span);
    if (this.waiting >= receiveLimits.spansWaitingMax) {
      instance.calls.ended(one);
      return undefined;
    }
    // Whoever names the callee itself is believed; else the callee's own span says who it is, and then the address.
    const isNamed = 'service.peer.name' in span.attributes || 'peer.service' in span.attributes;
    const call = span.kind === CLIENT && !isNamed ? this.pairs.call(span, addressOf(span.attributes) ?? '') : undefined;
    if (!this.seconds.put({ instance, span: one, call }, span.endMs, nowMs)) {
      if (call !== undefined) this.pairs.settle(call);
      return 'late';
    }
    this.waiting++;
    return undefined;
  }

  /** Puts the figures of every second that is due into the source, which must have begun. */
  close(nowMs: number): void {
    this.seconds.close(nowMs, (items, endMs) => {
      for (const { instance, span, call } of items) {
        this.waiting--;
        const callee = call === undefined ? undefined : this.pairs.settle(call);
        instance.calls.ended(
          callee === undefined ? span : { ...span, attributes: { ...span.attributes, 'service.peer.name': callee } },
        );
      }
      for (const [key, instance] of this.instances) {
        // A second without a call is a second of no calls, until the process is thought to be gone.
        if (nowMs - instance.seenMs > receiveLimits.idleMsMax) this.instances.delete(key);
        else this.tell(instance, endMs);
      }
    });
  }

  private tell({ resource, calls, told }: Instance, endMs: number): void {
    let slot = -1;
    callPoints(calls, undefined, (point) => {
      slot = Math.max(slot, this.figures.put(resource, endMs, point));
    });
    if (slot < 0) return;
    for (const address of calls.listens)
      if (!told.has(address)) {
        told.add(address);
        this.source.listen(slot, address);
      }
  }

  private instanceOf(resource: Resource): Instance | undefined {
    const key = resourceKey(resource);
    const known = this.instances.get(key);
    if (known !== undefined) return known;
    if (this.instances.size >= receiveLimits.instancesMax) return undefined;
    const made: Instance = { resource, calls: new Calls(), told: new Set(), seenMs: 0 };
    this.instances.set(key, made);
    return made;
  }
}
