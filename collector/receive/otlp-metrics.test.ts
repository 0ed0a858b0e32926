// OTLP metrics without the wire: series of different resources never mix, JSON says the same as protobuf, and no bytes do harm.
import { decodeFrame } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonToProtobuf, metricsRequest } from './otlp-json.ts';
import { OtlpMetrics } from './otlp-metrics.ts';
import { Refusal } from './refusal.ts';
import { Source } from './source.ts';
import { Taken } from './taken.ts';

const NOW = 1_800_000_000_000;
const NANOS = String(BigInt(NOW) * 1_000_000n);
const text = (name: string, value: string) => ({ key: name, value: { stringValue: value } });

/** A document with one sum of each name for each service, its value telling which it is. */
const document = (services: number, names: number, round: number) => ({
  resourceMetrics: Array.from({ length: services }, (_, s) => ({
    resource: { attributes: [text('service.name', `service-${s}`), text('service.instance.id', `i${s}`)] },
    scopeMetrics: [
      {
        scope: { name: 'scope' },
        metrics: Array.from({ length: names }, (_, m) => ({
          name: `metric-${m}`,
          unit: 's',
          sum: {
            aggregationTemporality: 2,
            isMonotonic: true,
            dataPoints: ['/a', '/b'].map((route, r) => ({
              timeUnixNano: NANOS,
              asDouble: s * 1_000 + m * 10 + r + round / 8,
              attributes: [text('route', route)],
            })),
          },
        })),
      },
    ],
  })),
});
const encode = (json: object): Uint8Array =>
  jsonToProtobuf(new TextEncoder().encode(JSON.stringify(json)), metricsRequest);

const receiver = (seriesMax = 10_000, unusedMax?: number) => {
  const source = new Source({ name: 'heron', incarnation: 1, seriesMax });
  const otlp = new OtlpMetrics(source, 3, unusedMax);
  const names = new Map<string, string[]>();
  return {
    source,
    take: (bytes: Uint8Array) => {
      const taken = new Taken(source);
      source.begin(NOW);
      let fault: unknown;
      try {
        otlp.take(bytes, taken);
      } catch (error) {
        fault = error;
      }
      const { schemas, frames } = source.end();
      taken.settle();
      for (const {
        schema: { hash, resource, columns },
      } of schemas)
        names.set(
          hash,
          columns.map((c) => `${resource.service} ${c.metric} ${c.attributes.route}`),
        );
      const points = frames.flatMap(({ bytes: frame }) => {
        const got = decodeFrame(frame);
        if ('fault' in got) throw new Error(got.fault);
        return [...got.values].map((value, i) => `${names.get(got.schema)?.[(got.first ?? 0) + i]} ${value}`);
      });
      return { taken, fault, points };
    },
  };
};
const expected = (services: number, names: number, round: number): string[] =>
  Array.from({ length: services }, (_, s) =>
    Array.from({ length: names }, (_, m) =>
      ['/a', '/b'].map((route, r) => `service-${s} metric-${m} ${route} ${s * 1_000 + m * 10 + r + round / 8}`),
    ),
  ).flat(2);

describe('OTLP metrics', () => {
  it('keeps the series of every resource, metric and attribute apart, also when they come in another order', () => {
    const to = receiver();
    for (let round = 0; round < 4; round++) {
      const sent = document(7, 9, round);
      if (round % 2 === 1) sent.resourceMetrics.reverse();
      const { points, taken, fault } = to.take(encode(sent));
      expect([fault, taken.words()]).toEqual([undefined, '']);
      expect(points.sort()).toEqual(expected(7, 9, round).sort());
    }
    expect(to.source.live).toBe(7 * 9 * 2);
  });

  it('knows all series again however many there are, also where there is no room for more', () => {
    const to = receiver(7 * 9 * 2, 10);
    for (let round = 0; round < 3; round++)
      expect(to.take(encode(document(7, 9, round))).points.sort()).toEqual(expected(7, 9, round).sort());
    expect(to.source.live).toBe(7 * 9 * 2);
  });

  it('makes no row of "no recorded value" and refuses sums without temporality and histograms that do not fit', () => {
    const one = (metric: object) => ({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', ...metric }] }] }],
    });
    const take = (metric: object) => receiver().take(encode(one(metric)));
    const none = take({ gauge: { dataPoints: [{ timeUnixNano: NANOS, asDouble: 1, flags: 1 }] } });
    expect([none.points, none.taken.words()]).toEqual([[], '']);
    expect(take({ sum: { dataPoints: [{ timeUnixNano: NANOS, asInt: '1' }] } }).taken.words()).toContain(
      'neither delta',
    );
    const misfit = { timeUnixNano: NANOS, count: '3', bucketCounts: ['1', '2'], explicitBounds: [1, 2] };
    const { taken } = take({ histogram: { aggregationTemporality: 1, dataPoints: [misfit] } });
    expect([taken.words(), taken.rejected]).toEqual([expect.stringContaining('2 buckets and 2 bounds'), 1]);
  });

  it('survives any bytes and any mutation of a real request', () => {
    const real = encode(document(3, 4, 0));
    const to = receiver(100_000);
    const judge = (bytes: Uint8Array): void => {
      const { fault } = to.take(bytes);
      if (fault !== undefined && !(fault instanceof Refusal)) throw fault;
    };
    const edit = fc.record({ at: fc.nat(real.length - 1), byte: fc.nat(255) });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), judge), { numRuns: 2_000 });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(real.length), (edits, cut) => {
        const bytes = Uint8Array.from(real);
        for (const { at, byte } of edits) bytes[at] = byte;
        judge(edits.length === 4 ? bytes.subarray(0, cut) : bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  it('survives any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        try {
          encode(JSON.parse(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":${json}}]}]}`));
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
