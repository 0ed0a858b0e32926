// Services that run plain OpenTelemetry: their spans, as the collector's receiver turns them into frames, draw the same graph as our own probes would.
import { describe, expect, it } from 'vitest';
import { Derived } from '../collector/receive/derived.ts';
import { encodeSpans, idOf, type SentSpan } from '../collector/receive/testing/spans.ts';
import { Graph } from './graph.ts';

const NOW = 1_800_000_000_000;
const address = { 'server.address': '10.0.0.9', 'server.port': 8_080 };
const span = (
  n: number,
  kind: SentSpan['kind'],
  attributes: Record<string, string | number>,
  parent?: number,
): SentSpan => ({
  trace: idOf(1, 32),
  id: idOf(n, 16),
  ...(parent === undefined ? {} : { parent: idOf(parent, 16) }),
  kind,
  endMs: NOW,
  ms: 9,
  attributes,
});

describe('the graph', () => {
  it('has the edges of services that only send spans', () => {
    const receiver = new Derived({ name: 'open', incarnation: 1, seriesMax: 1_000 }, new Map());
    const send = (service: string, spans: readonly SentSpan[]): void =>
      receiver.traces.take(encodeSpans({ 'service.name': service }, spans), NOW).count();
    send('shop', [span(1, 'client', address), span(2, 'producer', { 'messaging.destination.name': 'orders' })]);
    send('payment', [
      span(3, 'server', address, 1),
      span(4, 'client', { 'db.system.name': 'postgresql', 'server.address': 'ledger', 'server.port': 5_432 }, 3),
      span(5, 'client', { 'peer.service': 'bank' }, 3),
    ]);
    send('kitchen', [span(6, 'consumer', { 'messaging.destination.name': 'orders' }, 2)]);
    const graph = new Graph({ kind: 'topology', entities: [], edges: [], kpis: [] });
    for (let now = NOW; now < NOW + 8_000; now += 500)
      for (const { schemas } of receiver.close(now)) for (const { schema } of schemas) graph.learn(schema, now);
    const edges = [...graph.edges.values()].map(
      ({ caller, callee, protocol }) => `${caller} → ${callee} (${protocol})`,
    );
    expect(edges.sort()).toEqual([
      'orders → kitchen (messaging)',
      'payment → bank (http)',
      'payment → ledger:5432 (db)',
      'shop → orders (messaging)',
      'shop → payment (http)',
    ]);
    expect(graph.kinds.get('ledger:5432')).toBe('database');
    // Trouble of who takes reaches the queue; who has handed a message over waits for nobody.
    expect([...graph.upstream('kitchen')].sort()).toEqual(['kitchen', 'orders']);
    expect(graph.downstream('shop').has('kitchen')).toBe(false);
    // A caller that sends no spans and knows only the address is led to the same service.
    expect(graph.resolve('10.0.0.9:8080')).toBe('payment');
  });
});
