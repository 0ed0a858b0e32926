// Which way calls to another service take: straight as a rule; while chaos lasts through a proxy, after a lookup that fails,
// or for a share of them to a second instance. The URL, and so what the probe sees, stays that of the service.
import { Resolver } from 'node:dns/promises';
import { connect as dial } from 'node:net';
import { Agent, type buildConnector, fetch as fetchBy } from 'undici';
import { seeded } from '../../config.ts';
import { vulnerable } from './vulnerable.ts';

const ways = new Map<string, Agent>();
const canaries = new Map<string, { readonly port: number; readonly share: number }>();
const random = seeded(41);

/** To the proxy of that port. */
const proxied =
  (port: number): buildConnector.connector =>
  (_, done) => {
    const socket = dial(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.once('connect', () => done(null, socket));
    socket.once('error', (error) => done(error, null));
  };

/** A real lookup at a resolver that is not there: port 9 (discard) has nobody listening. */
const unresolved =
  (name: string): buildConnector.connector =>
  (_, done) => {
    const resolver = new Resolver({ timeout: 300, tries: 1 });
    resolver.setServers(['127.0.0.1:9']);
    resolver.resolve4(`${name}.takeaway.test`).then(
      () => done(new Error('a resolver answered that should not be there'), null),
      (error: Error) => done(error, null),
    );
  };

vulnerable('network', ({ to = '', port }) => {
  const agent = new Agent({ connect: port === undefined ? unresolved(to) : proxied(Number(port)) });
  ways.set(to, agent);
  return () => {
    ways.delete(to);
    void agent.close();
  };
});

vulnerable('canary', ({ to = '', port, share }) => {
  canaries.set(to, { port: Number(port), share: Number(share) });
  return () => void canaries.delete(to);
});

/** `fetch` by the way that calls to a role take now; `url` is the service's own address. */
export const send = async (
  role: string,
  url: string,
  init: { method: string; signal: AbortSignal; body?: string; headers?: Record<string, string> },
): Promise<{ ok: boolean; status: number; body: { cancel(): Promise<void> } | null; json(): Promise<unknown> }> => {
  const canary = canaries.get(role);
  if (canary !== undefined && random() < canary.share) {
    const other = new URL(url);
    other.port = String(canary.port);
    return fetch(other, init);
  }
  const way = ways.get(role);
  return way === undefined ? fetch(url, init) : fetchBy(url, { ...init, dispatcher: way });
};
