// Remote-write from the wire to frames: what is sent comes out, every odd value is defined, and nothing that is wrong is taken.
import { type Column, decodeFrame, type FrameSchema, seriesId } from '@fenghuo/rules/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receiveLimits } from './limits.ts';
import { Writer } from './protobuf-writer.ts';
import { Refusal } from './refusal.ts';
import { RemoteWrite } from './remote-write.ts';
import { RemoteWrite2 } from './remote-write-2.ts';
import { type Harvest, Source } from './source.ts';
import { Taken } from './taken.ts';
import { encodeWrite1, encodeWrite2, type WriteSeries } from './testing/encode.ts';

const NOW = 1_800_000_000_000;
const STALE = 0x7ff0000000000002n;
const NO_VALUE = 0x7ff8000000000001n;

type Point = { readonly labels: string; readonly timeMs: number; readonly value: number };

/** A source with both decoders, and what it made of each request in words that can be compared. */
const receiver = (seriesMax = 1_000) => {
  const source = new Source({ name: 'heron', incarnation: 1, seriesMax });
  const [one, two] = [new RemoteWrite(source, 7), new RemoteWrite2(source, 7)];
  const schemas = new Map<string, FrameSchema>();
  const take = (bytes: Uint8Array, protocol: 1 | 2 = 1) => {
    const taken = new Taken(source);
    source.begin(NOW);
    let fault: unknown;
    try {
      (protocol === 1 ? one : two).take(bytes, taken);
    } catch (error) {
      fault = error;
    }
    const harvest = source.end();
    taken.settle();
    for (const { schema } of harvest.schemas) schemas.set(schema.hash, schema);
    return { taken, harvest, fault, points: pointsOf(harvest, schemas), tally: source.tally };
  };
  return { source, one, two, take };
};

const named = ({ metric, attributes }: Column, schema: FrameSchema): string =>
  JSON.stringify(
    Object.entries({
      __name__: metric,
      ...attributes,
      ...(schema.resource.service === undefined ? {} : { job: schema.resource.service }),
      ...(schema.resource.instance === undefined ? {} : { instance: schema.resource.instance }),
    }).sort(),
  );

const pointsOf = ({ frames }: Harvest, schemas: ReadonlyMap<string, FrameSchema>): Point[] =>
  frames.flatMap(({ bytes }) => {
    const frame = decodeFrame(bytes);
    if ('fault' in frame) throw new Error(frame.fault);
    const schema = schemas.get(frame.schema);
    if (schema === undefined) throw new Error('a frame whose schema was not announced');
    return [...frame.values].flatMap((value, i) => {
      const column = schema.columns[(frame.first ?? 0) + i];
      if (column === undefined) throw new Error('a frame wider than its schema');
      return Number.isNaN(value) ? [] : [{ labels: named(column, schema), timeMs: frame.timeMs, value }];
    });
  });

const sorted = (points: readonly Point[]): Point[] =>
  [...points].sort((a, b) => (a.labels < b.labels ? -1 : a.labels > b.labels ? 1 : a.timeMs - b.timeMs));
const sentPoints = (series: readonly WriteSeries[]): Point[] =>
  series.flatMap(({ labels, samples }) =>
    samples.map(({ timeMs, value }) => ({ labels: JSON.stringify(Object.entries(labels).sort()), timeMs, value })),
  );

const series = (name: string, value: number, more: Record<string, string> = {}, timeMs = NOW): WriteSeries => ({
  labels: { __name__: name, job: 'bank', instance: 'a:1', ...more },
  samples: [{ value, timeMs }],
});

describe.each([1, 2] as const)('remote-write %d.0', (protocol) => {
  const encode = protocol === 1 ? encodeWrite1 : encodeWrite2;

  it('tells label sets apart of which one begins as the other, whichever is expected', () => {
    const short = series('calls', 1);
    const long = series('calls', 2, { zone: 'east' });
    const to = receiver();
    for (const sent of [[short, long], [short, long], [long, short], [long], [short, short], [short, long]]) {
      const { points, fault } = to.take(encode(sent), protocol);
      expect(fault).toBeUndefined();
      const once = sent.filter((one, i) => sent.indexOf(one) === i);
      expect(sorted(points)).toEqual(sorted(sentPoints(once)));
    }
    expect(to.source.live).toBe(2);
  });

  it('turns any series and samples into frames that say exactly the same', () => {
    const value = fc.double({ noNaN: true });
    const label = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => text !== '__name__');
    const labels = fc.dictionary(label, fc.string({ maxLength: 20 }), { maxKeys: 5 });
    const offsets = fc.uniqueArray(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 1, maxLength: 5 });
    const one = fc.tuple(
      labels,
      offsets.chain((at) => fc.tuple(...at.map((ms) => fc.tuple(fc.constant(ms), value)))),
    );
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), (all) => {
        const sent = all.map(
          ([extra, samples], i): WriteSeries => ({
            labels: { ...extra, job: `job${i % 3}`, instance: 'x', __name__: `metric_${i}` },
            samples: samples.map(([ms, v]) => ({ timeMs: NOW + ms, value: v })),
          }),
        );
        const to = receiver();
        for (let round = 0; round < 2; round++) {
          const { points, taken, fault } = to.take(encode(sent), protocol);
          expect(fault).toBeUndefined();
          expect(taken.words()).toBe('');
          expect(sorted(points)).toEqual(sorted(sentPoints(sent)));
        }
      }),
      {
        numRuns: 60,
        // Names that objects treat in their own way.
        examples: [[[[{ ['__proto__']: 'x', constructor: 'y' }, [[0, 1]]]]]],
      },
    );
  });

  it('announces a schema only when series are new, and gives a series the id that its labels have', () => {
    const to = receiver();
    const first = to.take(encode([series('up', 1)]), protocol);
    expect(first.harvest.schemas).toHaveLength(1);
    const { columns } = first.harvest.schemas[0]!.schema;
    expect(columns[0]?.id).toBe(seriesId({ service: 'bank', instance: 'a:1' }, 'up', undefined, {}));
    expect(to.take(encode([series('up', 0)]), protocol).harvest.schemas).toHaveLength(0);
    const grown = to.take(encode([series('up', 1), series('down', 2)]), protocol).harvest.schemas;
    expect(grown.map(({ schema }) => schema.columns.map((column) => column.metric))).toEqual([['up', 'down']]);
  });

  it('makes no row of a stale marker or of NaN, and says how many there were; keeps infinities and -0', () => {
    const nan = (bits: bigint): WriteSeries => ({ ...series('n', 0), samples: [{ value: 0, timeMs: NOW, bits }] });
    const to = receiver();
    const { tally, points } = to.take(encode([nan(STALE), nan(NO_VALUE)]), protocol);
    expect([tally.missing, tally.samples, points]).toEqual([2, 0, []]);
    const odd = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, Number.MAX_VALUE];
    const sent = odd.map((value, i) => series('odd', value, { i: String(i) }));
    expect(sorted(to.take(encode(sent), protocol).points).map(({ value }) => value)).toEqual(odd);
  });

  it('keeps the first of two samples at one time, out-of-order ones as they are, and refuses far-off clocks', () => {
    const at = (...samples: [number, number][]): WriteSeries => ({
      ...series('m', 0),
      samples: samples.map(([ms, value]) => ({ timeMs: NOW + ms, value })),
    });
    const to = receiver();
    const { points, taken } = to.take(encode([at([0, 1], [0, 2], [-5_000, 3])]), protocol);
    expect(sorted(points).map(({ timeMs, value }) => [timeMs - NOW, value])).toEqual([
      [-5_000, 3],
      [0, 1],
    ]);
    expect(taken.refusals.get('duplicate_sample')?.count).toBe(1);
    const far = to.take(encode([at([receiveLimits.aheadMsMax + 1, 1], [-receiveLimits.behindMsMax - 1, 2])]), protocol);
    expect([...far.taken.refusals.keys()]).toEqual(['time_ahead', 'time_behind']);
    expect(far.points).toEqual([]);
  });

  it('refuses series over the limit, names the label at fault, and goes on with the others', () => {
    const to = receiver(50);
    to.take(encode([series('calm', 1)]), protocol);
    const wild = Array.from({ length: 500 }, (_, i) => series('wild', i, { request_id: `r${i}`, zone: 'z' }));
    const { taken, points } = to.take(encode([...wild, series('calm', 2)]), protocol);
    expect(taken.refusals.get('series_limit')?.count).toBe(451);
    expect(taken.words()).toMatch(/label "request_id" has about \d+ values/);
    expect(points.filter(({ labels }) => labels.includes('calm')).map(({ value }) => value)).toEqual([2]);
    expect(taken.lost).toBe(451);
  });

  it('refuses what labels may not be', () => {
    const refused = (labels: Record<string, string>): string =>
      receiver()
        .take(encode([{ labels, samples: [{ value: 1, timeMs: NOW }] }]), protocol)
        .taken.words();
    expect(refused({ job: 'x' })).toContain('no label __name__');
    expect(refused({ __name__: 'x', '': 'y' })).toContain('a label has no name');
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`l${i}`, 'v']));
    const { taken, fault } = receiver().take(encode([{ labels: { __name__: 'x', ...many }, samples: [] }]), protocol);
    expect(`${taken.words()} ${fault}`).toMatch(/more than 64|has 81 labels/);
  });

  it('survives any bytes and any mutation of a real request, and refuses with a reason', () => {
    const real = encode(Array.from({ length: 20 }, (_, i) => series('m', i, { i: String(i) })));
    const edit = fc.record({ at: fc.nat(real.length - 1), byte: fc.nat(255), cut: fc.nat(real.length) });
    const to = receiver(10_000);
    const judge = (bytes: Uint8Array): void => {
      const { fault } = to.take(bytes, protocol);
      if (fault !== undefined && !(fault instanceof Refusal)) throw fault;
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), judge), { numRuns: 2_000 });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const bytes = Uint8Array.from(real);
        for (const { at, byte } of edits) bytes[at] = byte;
        judge(edits.length === 4 ? bytes.subarray(0, edits[0]?.cut) : bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  it('lets idle series go and takes them again', () => {
    const to = receiver();
    to.take(encode([series('m', 1), series('n', 1)]), protocol);
    expect(to.source.live).toBe(2);
    const gone = new Set(to.source.sweep(NOW + receiveLimits.idleMsMax + 2_000));
    for (const { index } of [to.one, to.two]) index.forget(gone);
    expect([gone.size, to.source.live]).toEqual([2, 0]);
    const back = to.take(encode([series('n', 3)]), protocol);
    expect([back.points.map(({ value }) => value), back.harvest.schemas.length]).toEqual([[3], 1]);
  });
});

describe('remote-write 2.0', () => {
  it('takes symbols that stand last, metadata, and another order of symbols for the same series', () => {
    const to = receiver();
    to.take(encodeWrite2([{ ...series('a', 1), type: 1 }, series('b', 1)]), 2);
    const { harvest, points } = to.take(encodeWrite2([series('b', 2), series('a', 3)], true), 2);
    expect(harvest.schemas).toHaveLength(0);
    expect(sorted(points).map(({ value }) => value)).toEqual([3, 2]);
    const kinds = receiver().take(
      encodeWrite2([
        { ...series('a', 1), type: 1 },
        { ...series('b_total', 1), type: 2 },
      ]),
      2,
    );
    expect(kinds.harvest.schemas[0]?.schema.columns.map(({ kind, unit }) => [kind, unit])).toEqual([
      ['cumulative', 'seconds'],
      ['gauge', 'seconds'],
    ]);
  });

  it('refuses references without a symbol, odd ones, and a first symbol that is not empty', () => {
    const request = (write: (into: Writer) => void): Uint8Array => {
      const into = new Writer();
      write(into);
      return into.done();
    };
    const labels =
      (...references: number[]) =>
      (one: Writer): void => {
        one.raw(1, Uint8Array.from(references));
      };
    const fault = (bytes: Uint8Array): string => String(receiver().take(bytes, 2).fault);
    expect(fault(request((into) => into.text(4, '').message(5, labels(0, 7))))).toContain('symbol 7 of 1');
    expect(fault(request((into) => into.text(4, 'x')))).toContain('first symbol');
    const odd = receiver().take(
      request((into) => into.text(4, '').text(4, 'a').message(5, labels(1))),
      2,
    );
    expect(odd.taken.words()).toContain('odd number');
  });
});

describe('frames of scattered samples', () => {
  it('leaves long empty stretches out, so that a lone sample costs a small frame', () => {
    const to = receiver(2_000);
    const all = Array.from({ length: 900 }, (_, i) => series('m', i, { i: String(i) }));
    to.take(encodeWrite1(all));
    const { harvest } = to.take(encodeWrite1([all[3]!, all[800]!, all[805]!]));
    expect(harvest.frames.map(({ bytes }) => bytes.length)).toEqual([56, 48 + 6 * 8]);
  });

  it('bounds the frames of one request', () => {
    const samples = Array.from({ length: receiveLimits.requestFramesMax + 10 }, (_, i) => ({
      value: i,
      timeMs: NOW - i,
    }));
    const { taken, harvest } = receiver().take(encodeWrite1([{ ...series('m', 0), samples }]));
    expect(taken.refusals.get('scattered')?.count).toBe(10);
    expect(harvest.frames).toHaveLength(receiveLimits.requestFramesMax);
  });
});
