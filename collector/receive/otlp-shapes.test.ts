// What is compared instead of read says the same as what is read: a decoder that has seen much against one that has seen nothing.
import { decodeFrame } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonToProtobuf, metricsRequest } from './otlp-json.ts';
import { OtlpMetrics } from './otlp-metrics.ts';
import { Shapes } from './otlp-shapes.ts';
import { Source } from './source.ts';
import { Taken } from './taken.ts';

const NOW = 1_800_000_000_000;
const nanos = (ms: number): string => String(BigInt(ms) * 1_000_000n);

const decoder = () => {
  const source = new Source({ name: 'heron', incarnation: 1, seriesMax: 10_000 });
  const otlp = new OtlpMetrics(source, 3);
  const names = new Map<string, string[]>();
  const take = (bytes: Uint8Array): string[] => {
    const taken = new Taken(source);
    source.begin(NOW);
    otlp.take(bytes, taken);
    const { schemas, frames } = source.end();
    taken.settle();
    for (const { schema } of schemas)
      names.set(
        schema.hash,
        schema.columns.map((c) => `${schema.resource.service} ${c.metric} ${JSON.stringify(c.attributes)} ${c.kind}`),
      );
    const points = frames.flatMap(({ bytes: frame }) => {
      const got = decodeFrame(frame);
      if ('fault' in got) throw new Error(got.fault);
      return [...got.values].flatMap((value, i) =>
        Number.isNaN(value) ? [] : [`${names.get(got.schema)?.[(got.first ?? 0) + i]} ${got.timeMs} ${value}`],
      );
    });
    return [
      ...points.sort(),
      `${taken.samples} ${taken.lost} ${taken.exemplars} ${source.tally.missing} ${taken.words()}`,
    ];
  };
  return { source, otlp, take };
};

const point = fc
  .record({
    route: fc.constantFrom('/a', '/b', '/c'),
    behind: fc.constantFrom(0, 0, 0, 1_000),
    value: fc.oneof(fc.double({ noNaN: true }), fc.constant(Number.NaN)),
    isInteger: fc.boolean(),
    start: fc.constantFrom(undefined, 5_000, 6_000),
    odd: fc.constantFrom('', '', '', '', 'flags'),
  })
  .map(({ route, behind, value, isInteger, start, odd }) => ({
    attributes: [{ key: 'route', value: { stringValue: route } }],
    ...(start === undefined ? {} : { startTimeUnixNano: nanos(NOW - start) }),
    timeUnixNano: nanos(NOW - behind),
    ...(isInteger ? { asInt: String(Math.trunc(Math.abs(value) % 1e6 || 0)) } : { asDouble: String(value) }),
    ...(odd === 'flags' ? { flags: 1 } : {}),
  }));
const points = fc.array(point, { minLength: 1, maxLength: 3 });
const metric = fc
  .tuple(fc.constantFrom('m', 'n'), fc.constantFrom('gauge', 'delta', 'total', 'histogram'), points)
  .map(([name, kind, dataPoints]) => ({
    name: `${name}.${kind}`,
    unit: '1',
    ...(kind === 'gauge' ? { gauge: { dataPoints } } : {}),
    ...(kind === 'delta' || kind === 'total'
      ? { sum: { aggregationTemporality: kind === 'delta' ? 1 : 2, isMonotonic: true, dataPoints } }
      : {}),
    ...(kind === 'histogram'
      ? {
          histogram: {
            aggregationTemporality: 2,
            dataPoints: [
              { timeUnixNano: nanos(NOW), count: '3', sum: 4, bucketCounts: ['1', '2'], explicitBounds: [1] },
            ],
          },
        }
      : {}),
  }));
const service = fc.tuple(fc.constantFrom('x', 'y'), fc.constantFrom('s', 't'), fc.array(metric, { maxLength: 5 }));
const document = fc.array(service, { maxLength: 3 }).map((services) =>
  jsonToProtobuf(
    new TextEncoder().encode(
      JSON.stringify({
        resourceMetrics: services.map(([name, scope, metrics]) => ({
          resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }] },
          scopeMetrics: [{ scope: { name: scope }, metrics }],
        })),
      }),
    ),
    metricsRequest,
  ),
);

describe('shapes', () => {
  it('say what the decoder would have read, whatever came before, and after series were let go', () => {
    fc.assert(
      fc.property(
        fc.array(document, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(2), { minLength: 6, maxLength: 12 }),
        fc.nat(11),
        (documents, order, forgetAt) => {
          const warm = decoder();
          const read = documents.map((bytes) => decoder().take(bytes));
          for (const [i, which] of order.entries()) {
            const at = which % documents.length;
            expect(warm.take(documents[at]!)).toEqual(read[at]);
            if (i === forgetAt) warm.otlp.forget(new Set(warm.source.sweep(NOW + 86_400_000)));
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  it('are played from the third request on, each number at its place', () => {
    const sent = (round: number): Uint8Array =>
      jsonToProtobuf(
        new TextEncoder().encode(
          JSON.stringify({
            resourceMetrics: ['x', 'y'].map((name, s) => ({
              resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }] },
              scopeMetrics: [
                {
                  metrics: ['a', 'a', 'b'].map((of, m) => ({
                    name: of,
                    gauge: {
                      dataPoints: ['/1', '/2'].map((route, r) => ({
                        attributes: [{ key: 'route', value: { stringValue: `${m}${route}` } }],
                        timeUnixNano: nanos(NOW + round),
                        ...(r === 0 ? { asInt: String(-round - s) } : { asDouble: round + m / 8 }),
                      })),
                    },
                  })),
                },
              ],
            })),
          }),
        ),
        metricsRequest,
      );
    const warm = decoder();
    let played = 0;
    const { play } = Shapes.prototype;
    Shapes.prototype.play = function (...of) {
      const isPlayed = play.apply(this, of);
      if (isPlayed) played++;
      return isPlayed;
    };
    try {
      for (let round = 0; round < 5; round++) {
        const points = warm.take(sent(round));
        expect(points).toHaveLength(13);
        expect(points).toEqual(decoder().take(sent(round)));
      }
    } finally {
      Shapes.prototype.play = play;
    }
    // Of the third request all but the first, which nothing went before; then every one.
    expect(played).toBe(5 + 6 + 6);
  });
});
