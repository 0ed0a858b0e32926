// The forms that raw and its rollups might have had, and blocks of recorded telemetry in each.
import { type Column, nativeBlock } from '../../collector/native.ts';
import type { Recording } from './recording.ts';

export type Data = {
  readonly recorded: Recording;
  readonly columns: number;
  readonly instances: number;
  readonly ticks: number;
};
type Layout = {
  readonly name: string;
  readonly table: string;
  readonly columns: string;
  blocks(data: Data): Generator<readonly Uint8Array[]>;
};

/** Seconds of telemetry in an insert of rows a sample and of frames; rows a series hold all of a minute. */
const STRIDE = 10;
const START_MS = 1_800_000_000_000;
/** Instances play the recording from different places on, as in `bench:ingest`. */
const valueAt = ({ recorded: { rows } }: Data, instance: number, column: number, tick: number): number =>
  rows[(tick + instance * 7) % rows.length]![column]!;
/** Ids as scattered as hashes are. */
const scattered = (n: number): bigint => BigInt.asUintN(64, BigInt(n + 1) * 0x9e37_79b9_7f4a_7c15n);

type Sample = { readonly instance: number; readonly column: number; readonly tick: number; readonly series: bigint };
const samplesOf = (data: Data, from: number): Sample[] => {
  const all: Sample[] = [];
  for (let tick = from; tick < from + STRIDE; tick++)
    for (let instance = 0; instance < data.instances; instance++)
      for (let column = 0; column < data.columns; column++)
        all.push({ instance, column, tick, series: scattered(instance * data.columns + column) });
  return all;
};

const bySample = (name: string, codec: string, isSorted: boolean): Layout => ({
  name,
  table: `(seq UInt64 CODEC(Delta, ZSTD(1)), probe UInt64 CODEC(ZSTD(1)), series UInt64 CODEC(ZSTD(1)), ts DateTime64(3) CODEC(DoubleDelta, ZSTD(1)),
    value Float64 CODEC(${codec})) ENGINE = MergeTree ORDER BY (series, ts)`,
  columns: 'seq, probe, series, ts, value',
  *blocks(data) {
    for (let from = 0; from < data.ticks; from += STRIDE) {
      const all = samplesOf(data, from);
      if (isSorted) all.sort((a, b) => (a.series < b.series ? -1 : a.series > b.series ? 1 : a.tick - b.tick));
      const wide = (of: (sample: Sample) => bigint): BigUint64Array => BigUint64Array.from(all, of);
      const columns: Column[] = [
        ['seq', 'UInt64', wide(({ tick, instance }) => BigInt(tick * data.instances + instance))],
        ['probe', 'UInt64', wide(({ instance }) => scattered(-instance - 2))],
        ['series', 'UInt64', wide(({ series }) => series)],
        ['ts', 'DateTime64(3)', wide(({ tick }) => BigInt(START_MS + tick * 1_000))],
        [
          'value',
          'Float64',
          Float64Array.from(all, ({ instance, column, tick }) => valueAt(data, instance, column, tick)),
        ],
      ];
      yield nativeBlock(all.length, columns);
    }
  },
});

const bySeries = (codec: string): Layout => ({
  name: `a row a series and minute, ${codec}`,
  table: `(probe UInt64 CODEC(ZSTD(1)), place UInt16 CODEC(Delta, ZSTD(1)), start DateTime64(3) CODEC(ZSTD(1)), step UInt32 CODEC(ZSTD(1)),
    values Array(Float64) CODEC(${codec})) ENGINE = MergeTree ORDER BY (probe, place, start)`,
  columns: 'probe, place, start, step, values',
  *blocks(data) {
    const rows = data.instances * data.columns;
    const probes = Array.from({ length: data.instances }, (_, i) => i).sort((a, b) =>
      scattered(-a - 2) < scattered(-b - 2) ? -1 : 1,
    );
    const at = Array.from(
      { length: rows },
      (_, i) => [probes[Math.floor(i / data.columns)]!, i % data.columns] as const,
    );
    const values = new Float64Array(rows * data.ticks);
    at.forEach(([instance, column], i) => {
      for (let tick = 0; tick < data.ticks; tick++)
        values[i * data.ticks + tick] = valueAt(data, instance, column, tick);
    });
    yield nativeBlock(rows, [
      ['probe', 'UInt64', BigUint64Array.from(at, ([instance]) => scattered(-instance - 2))],
      ['place', 'UInt16', Uint16Array.from(at, ([, column]) => column)],
      ['start', 'DateTime64(3)', new BigUint64Array(rows).fill(BigInt(START_MS))],
      ['step', 'UInt32', new Uint32Array(rows).fill(1_000)],
      ['values', 'Array(Float64)', BigUint64Array.from(at, (_, i) => BigInt((i + 1) * data.ticks)), values],
    ]);
  },
});

/** As they are kept: a row a frame. */
export const frameBlocks = (codec: string): Layout => ({
  name: `a row a frame, ${codec}`,
  table: `(seq UInt64 CODEC(Delta, ZSTD(1)), probe UInt64 CODEC(ZSTD(1)), ts DateTime64(3) CODEC(DoubleDelta, ZSTD(1)), values Array(Float64) CODEC(${codec}))
    ENGINE = MergeTree ORDER BY (probe, ts) SETTINGS index_granularity_bytes = 1048576`,
  columns: 'seq, probe, ts, values',
  *blocks(data) {
    for (let from = 0; from < data.ticks; from += STRIDE) {
      const rows = STRIDE * data.instances;
      const at = Array.from(
        { length: rows },
        (_, i) => [from + Math.floor(i / data.instances), i % data.instances] as const,
      );
      const values = new Float64Array(rows * data.columns);
      at.forEach(([tick, instance], i) => {
        for (let column = 0; column < data.columns; column++)
          values[i * data.columns + column] = valueAt(data, instance, column, tick);
      });
      yield nativeBlock(rows, [
        ['seq', 'UInt64', BigUint64Array.from(at, ([tick, instance]) => BigInt(tick * data.instances + instance))],
        ['probe', 'UInt64', BigUint64Array.from(at, ([, instance]) => scattered(-instance - 2))],
        ['ts', 'DateTime64(3)', BigUint64Array.from(at, ([tick]) => BigInt(START_MS + tick * 1_000))],
        ['values', 'Array(Float64)', BigUint64Array.from(at, (_, i) => BigInt((i + 1) * data.columns)), values],
      ]);
    }
  },
});

export const rawLayouts: readonly Layout[] = [
  bySample('a row a sample, Gorilla and ZSTD(1)', 'Gorilla, ZSTD(1)', false),
  bySample('a row a sample, sorted before it is sent', 'Gorilla, ZSTD(1)', true),
  bySample('a row a sample, ZSTD(1)', 'ZSTD(1)', false),
  ...['Gorilla, ZSTD(1)', 'FPC(12), ZSTD(1)', 'ALP, ZSTD(1)', 'ZSTD(1)', 'LZ4'].map(bySeries),
  ...['NONE', 'LZ4', 'Gorilla, ZSTD(1)', 'ZSTD(1)', 'ZSTD(3)'].map(frameBlocks),
];

const rolled = (sketch = ''): string => `(series UInt64 CODEC(ZSTD(1)), ts DateTime CODEC(DoubleDelta, ZSTD(1)),
  count SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)), sum SimpleAggregateFunction(sum, Float64) CODEC(Gorilla, ZSTD(1)),
  min SimpleAggregateFunction(min, Float64) CODEC(Gorilla, ZSTD(1)), max SimpleAggregateFunction(max, Float64) CODEC(Gorilla, ZSTD(1))${sketch})
  ENGINE = AggregatingMergeTree ORDER BY (series, ts)`;
const byFrame = (
  sketch?: string,
): string => `SELECT sipHash64(probe, place), start, c, s, lo, hi${sketch ? ', k' : ''} FROM (
  SELECT probe, toStartOfMinute(ts) AS start, sumForEach(arrayMap(v -> toUInt64(NOT isNaN(v)), values)) AS cs, sumForEach(arrayMap(v -> if(isNaN(v), 0, v), values)) AS ss,
    minForEach(arrayMap(v -> if(isNaN(v), inf, v), values)) AS los, maxForEach(arrayMap(v -> if(isNaN(v), -inf, v), values)) AS his${sketch ? `, ${sketch} AS ks` : ''}
  FROM raw GROUP BY probe, start
) ARRAY JOIN arrayEnumerate(cs) AS place, cs AS c, ss AS s, los AS lo, his AS hi${sketch ? ', ks AS k' : ''} WHERE c > 0`;

export const rollupLayouts: readonly { readonly name: string; readonly table: string; readonly select: string }[] = [
  {
    name: 'minutes, a sample at a time',
    table: rolled(),
    select: `SELECT sipHash64(probe, place), toStartOfMinute(ts) AS start, count(), sum(v), min(v), max(v)
      FROM raw ARRAY JOIN values AS v, arrayEnumerate(values) AS place WHERE NOT isNaN(v) GROUP BY probe, place, start`,
  },
  { name: 'minutes, all places of a frame at once', table: rolled(), select: byFrame() },
  {
    name: '… with a t-digest',
    table: rolled(', sketch AggregateFunction(quantilesTDigest(0.5, 0.9, 0.99), Float64)'),
    select: byFrame('quantilesTDigestStateForEach(0.5, 0.9, 0.99)(values)'),
  },
  {
    name: '… with counts in buckets (bfloat16)',
    table: rolled(', sketch AggregateFunction(quantilesBFloat16(0.5, 0.9, 0.99), Float64) CODEC(ZSTD(1))'),
    select: byFrame('quantilesBFloat16StateForEach(0.5, 0.9, 0.99)(values)'),
  },
  {
    name: '… with counts in buckets (a map)',
    table: rolled(', sketch SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))'),
    select: byFrame(
      'sumMapForEach(arrayMap(v -> map(toUInt16(bitShiftRight(reinterpretAsUInt64(v), 48)), toUInt64(1)), values))',
    ),
  },
];
