// Who answered a call: the server's span names its parent, the client's span. What pairs teach of addresses serves calls that find none.
import { receiveLimits } from './limits.ts';
import type { Span } from './span.ts';

/** A call that may still learn who answered it. */
export type Call = { readonly key: string; readonly address: string; callee: string | undefined };

/** Several services behind one address (a gateway without spans of its own): it says nothing. */
const SEVERAL = '';

export class Pairs {
  /** Calls that wait for their server, and servers whose call has not come, by trace and the client's span. */
  private readonly calls = new Map<string, Call>();
  private readonly servers = new Map<string, string>();
  private readonly names = new Map<string, string>();

  /** A call that its own attributes do not name the callee of; it is to be given back by `settle`. */
  call(span: Span, address: string): Call {
    const key = span.trace + span.id;
    const service = this.servers.get(key);
    const made: Call = { key, address, callee: service };
    if (service === undefined) this.calls.set(key, made);
    else this.learn(address, service);
    return made;
  }

  /** A server's span of `service`. */
  served(span: Span, service: string): void {
    if (span.parent === '') return;
    const key = span.trace + span.parent;
    const call = this.calls.get(key);
    if (call === undefined) {
      bound(this.servers, receiveLimits.spansWaitingMax);
      this.servers.set(key, service);
      return;
    }
    this.calls.delete(key);
    call.callee = service;
    this.learn(call.address, service);
  }

  /** The callee as far as it is known; the call waits no longer. */
  settle(call: Call): string | undefined {
    this.calls.delete(call.key);
    this.servers.delete(call.key);
    return call.callee ?? (this.names.get(call.address) || undefined);
  }

  private learn(address: string, service: string): void {
    if (address === '') return;
    const known = this.names.get(address);
    if (known === service || known === SEVERAL) return;
    bound(this.names, receiveLimits.addressesMax);
    this.names.set(address, known === undefined ? service : SEVERAL);
  }
}

/** The oldest makes room. */
const bound = (map: Map<string, unknown>, max: number): void => {
  if (map.size >= max) map.delete(map.keys().next().value ?? '');
};
