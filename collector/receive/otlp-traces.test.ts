// Spans to figures and to what is kept: whose call it was, which second it counts in, and what of it can be read later.
import { decodeFrame, type FrameSchema } from '@fenghuo/rules/contract';
import { describe, expect, it } from 'vitest';
import { Derived } from './derived.ts';
import { encodeSpans, idOf, type SentSpan } from './testing/spans.ts';

const NOW = 1_800_000_000_000;
const derived = (): Derived => new Derived({ name: 'open', incarnation: 1, seriesMax: 10_000 }, new Map());

type Told = { readonly of: string; readonly timeMs: number; readonly value: number };

/** Everything that is closed until `untilMs`, by `caller>callee metric stat` or `service metric stat`. */
const figures = (of: Derived, untilMs: number): { readonly told: Told[]; readonly schemas: FrameSchema[] } => {
  const schemas: FrameSchema[] = [];
  const told: Told[] = [];
  for (let now = NOW; now <= untilMs; now += 500) {
    const harvests = of.close(now);
    schemas.push(...harvests.flatMap((one) => one.schemas.map(({ schema }) => schema)));
    for (const { bytes } of harvests.flatMap(({ frames }) => frames)) {
      const frame = decodeFrame(bytes);
      if ('fault' in frame) throw new Error(frame.fault);
      const schema = schemas.find(({ hash }) => hash === frame.schema)!;
      frame.values.forEach((value, i) => {
        const { metric, stat, edge } = schema.columns[(frame.first ?? 0) + i]!;
        const who = edge === undefined ? schema.resource.service : `${schema.resource.service}>${edge.callee}`;
        if (!Number.isNaN(value))
          told.push({ of: `${who} ${metric} ${stat ?? ''}`.trim(), timeMs: frame.timeMs, value });
      });
    }
  }
  return { told, schemas };
};
const take = (to: Derived, resource: Record<string, string>, spans: readonly SentSpan[], nowMs = NOW) => {
  const taken = to.traces.take(encodeSpans(resource, spans), nowMs);
  taken.count();
  return taken;
};
const sum = (told: readonly Told[], of: string): number =>
  told.filter((one) => one.of === of).reduce((all, { value }) => all + value, 0);
const call = (n: number, more: Partial<SentSpan> = {}): SentSpan => ({
  trace: idOf(n, 32, 'ff'),
  id: idOf(n, 16),
  kind: 'client',
  endMs: NOW - 500,
  ms: 20,
  attributes: { 'server.address': 'pay.svc', 'server.port': 8_080, 'http.request.method': 'GET' },
  ...more,
});
const answer = (n: number, more: Partial<SentSpan> = {}): SentSpan =>
  call(n, { id: idOf(n + 1_000_000, 16), parent: idOf(n, 16), kind: 'server', ms: 18, ...more });

describe('spans', () => {
  it('make the edge that our own probe would have measured, each call in the second in which it ended', () => {
    const to = derived();
    const spans = [
      call(1, { endMs: NOW - 1_500, ms: 10 }),
      call(2, { endMs: NOW - 1_400, ms: 30 }),
      call(3, { endMs: NOW - 400, ms: 50, isError: true }),
      call(4, {
        endMs: NOW - 300,
        ms: 40,
        attributes: { ...call(4).attributes, 'http.response.status_code': 404 },
        isError: true,
      }),
    ];
    take(to, { 'service.name': 'shop', 'service.instance.id': 's-1' }, spans, NOW);
    const { told, schemas } = figures(to, NOW + 8_000);
    const at = (of: string): [number, number][] =>
      told.filter((one) => one.of === of).map(({ timeMs, value }) => [timeMs - NOW, value]);
    const edge = 'shop>pay.svc:8080 http.client.request.duration';
    expect(at(`${edge} count`).filter(([, value]) => value > 0)).toEqual([
      [-1_000, 2],
      [0, 2],
    ]);
    expect(at(`${edge} max`)).toEqual(
      [
        [-1_000, 0.03],
        [0, 0.05],
      ].map(([t, v]) => [t, expect.closeTo(v!, 6)]),
    );
    expect(at('shop>pay.svc:8080 fenghuo.client.errors').filter(([, value]) => value > 0)).toEqual([[0, 1]]);
    // A second without a call is one of no calls, not one that nothing is known of.
    expect(at(`${edge} count`).length).toBeGreaterThan(5);
    expect(schemas.at(-1)?.resource).toMatchObject({ service: 'shop', instance: 's-1' });
  });

  it.each(['call first', 'answer first'])('name the callee by the span of who answered, %s', (order) => {
    const to = derived();
    const send = [
      () => take(to, { 'service.name': 'shop' }, [call(1)], NOW),
      () => take(to, { 'service.name': 'payment' }, [answer(1)], NOW + 300),
    ];
    for (const one of order === 'call first' ? send : send.reverse()) one();
    // What the pair taught of the address serves a call whose answer nobody reports; a name in the span itself comes first.
    take(
      to,
      { 'service.name': 'shop' },
      [
        call(2),
        call(3, { attributes: { 'peer.service': 'ledger', 'server.address': 'pay.svc', 'server.port': 8_080 } }),
      ],
      NOW + 400,
    );
    const { told, schemas } = figures(to, NOW + 8_000);
    const edge = (callee: string): number => sum(told, `shop>${callee} http.client.request.duration count`);
    expect([edge('payment'), edge('ledger'), edge('pay.svc:8080')]).toEqual([2, 1, 0]);
    expect(sum(told, 'payment http.server.request.duration count')).toBe(1);
    expect(
      schemas.some(({ resource, listens }) => resource.service === 'payment' && listens.includes('pay.svc:8080')),
    ).toBe(true);
  });

  it('are all counted once, though batches come late and out of order', () => {
    const to = derived();
    let [sent, counted] = [0, 0];
    const tell = (harvests: ReturnType<Derived['close']>): void => {
      for (const { bytes } of harvests.flatMap(({ frames }) => frames)) {
        const frame = decodeFrame(bytes);
        if (!('fault' in frame)) counted += frame.values[0]!;
      }
    };
    // Exports every five seconds, one of them twice as late.
    for (let now = NOW; now < NOW + 60_000; now += 250) {
      if ((now - NOW) % 5_000 === 0) {
        const spans = Array.from({ length: 50 }, (_, i) =>
          call(sent + i, { endMs: now - i * 100 - (now === NOW + 30_000 ? 6_000 : 0) }),
        );
        take(to, { 'service.name': 'shop' }, spans, now);
        sent += spans.length;
      }
      tell(to.close(now));
    }
    for (let now = NOW + 60_000; now < NOW + 75_000; now += 250) tell(to.close(now));
    expect(counted).toBe(sent);
    expect(to.traces.figures.seconds.patienceMs).toBeGreaterThan(5_000);
  });

  it('are kept when they failed, when they are of the slow tail, and one trace in a hundred', () => {
    const to = derived();
    const kept: Record<string, number> = {};
    for (let minute = 0; minute < 3; minute++) {
      const spans = Array.from({ length: 500 }, (_, i) =>
        call(minute * 500 + i, {
          // Spread over all ids as random ones are.
          trace:
            idOf(i, 32, 'aa').slice(0, 24) +
            Math.floor((i / 500) * 2 ** 32)
              .toString(16)
              .padStart(8, '0'),
          ms: i % 100 === 99 ? 400 : 20 + (i % 10),
          isError: i % 50 === 1,
        }),
      );
      for (const { why } of take(to, { 'service.name': 'shop' }, spans, NOW + minute * 60_000).kept)
        kept[`${minute} ${String(why)}`] = (kept[`${minute} ${String(why)}`] ?? 0) + 1;
    }
    expect(kept).toEqual({
      '0 error': 10,
      '0 sample': 4,
      '1 error': 10,
      '1 sample': 4,
      '1 slow': 5,
      '2 error': 10,
      '2 sample': 4,
      '2 slow': 5,
    });
  });

  it('say why they were not taken', () => {
    const to = derived();
    const { refused, spans } = take(
      to,
      { 'service.name': 'shop' },
      [
        call(1, { trace: 'abcd' }),
        call(2, { endMs: NOW + 3_600_000 }),
        call(3, { endMs: NOW - 3 * 86_400_000 }),
        call(4, { endMs: NOW - 120_000 }),
      ],
      NOW,
    );
    expect([spans, refused.told]).toEqual([1, 3]);
    expect(refused.words()).toMatch(/span_invalid \(1\).*time_ahead \(1\).*time_behind \(1\)/);
    expect([...refused.all].map(([reason]) => reason)).toContain('span_late');
    expect(take(to, {}, [call(5)], NOW).refused.words()).toContain('without service.name');
  });
});
