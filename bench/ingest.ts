// `npm run bench:ingest`: ours by frames, remote-write and OTLP, and Prometheus and VictoriaMetrics beside it, with the same series and values.

import { chainEnd, rollUpNext, rollupDifferences, rollupEnd } from '@fenghuo/collector/store';
import { realClock } from '@fenghuo/kit';
import { partitionOf, subjects, telemetryStream } from '@fenghuo/rules/contract';
import { startTestCollector, type TestCollector, TOKEN } from '../collector/receive/testing/collector.ts';
import { streamId } from '../collector/stream-id.ts';
import { frames, type Load, otlp, remoteWrite } from './ingest/load.ts';
import { binary, type Peer, startPrometheus, startVictoria } from './ingest/peers.ts';
import { cpuSeconds, peakMegabytes } from './ingest/processes.ts';
import { recording } from './ingest/recording.ts';

type Row = {
  readonly path: string;
  readonly series: number;
  readonly samples: number;
  readonly seconds: number;
  readonly samplesPerSecond: number;
  readonly cpuSeconds: number;
  readonly samplesPerCpuSecond: number;
  /** Processor seconds of each process on the path, where there are several. */
  readonly share: Readonly<Record<string, number>>;
  readonly bytesPerSample: number;
  readonly peakMegabytes: number;
};
type Out = (line: string) => void;

const FLYING = 4;
const FLYING_FRAMES = 128;
/** Seconds of data of a row, where `--ticks=N` does not say another number: enough that starting up is lost in it. */
const TICKS: Readonly<Record<number, number>> = { 10000: 600, 100000: 60, 1000000: 12 };

export const ingestCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const only = args
    .find((arg) => arg.startsWith('--only='))
    ?.slice(7)
    .split(',');
  const asked = args.find((arg) => /^--ticks=[1-9]\d*$/.test(arg))?.slice(8);
  const isJson = args.includes('--json');
  const recorded = await recording((text) => process.stderr.write(`${text}\n`));
  const rows: Row[] = [];
  for (const series of sizes.length > 0 ? sizes : [10_000, 100_000]) {
    const ticks = Number(asked ?? TICKS[series] ?? Math.max(12, Math.ceil(3_000_000 / series)));
    const load: Load = {
      series,
      ticks,
      startMs: Math.floor(realClock.now() / 1_000) * 1_000 - ticks * 1_000,
      recording: recorded,
    };
    for (const path of paths) {
      if (only !== undefined && !only.includes(path.name)) continue;
      const row = await path.run(load);
      if (row === undefined) {
        process.stderr.write(`${path.name}: skipped, its Debian package cannot be had here (apt-get download)\n`);
        continue;
      }
      rows.push(row);
      out(isJson ? JSON.stringify(row) : line(row));
    }
  }
  return verdict(rows, isJson ? () => undefined : out);
};

const line = (row: Row): string =>
  [
    row.path.padEnd(20),
    `${row.series} series`.padStart(15),
    `${(row.samplesPerSecond / 1e6).toFixed(2)} M/s`.padStart(10),
    `${(row.samplesPerCpuSecond / 1e6).toFixed(2)} M/CPU-s`.padStart(14),
    `${row.bytesPerSample.toFixed(2)} B/sample`.padStart(16),
    `${row.peakMegabytes.toFixed(0)} MB`.padStart(9),
    Object.entries(row.share)
      .map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`)
      .join(', '),
  ].join(' ');

/** Says which of issue 5's figures hold; 0 where all that was measured do. */
const verdict = (rows: readonly Row[], out: Out): number => {
  let code = 0;
  for (const series of new Set(rows.map((row) => row.series))) {
    const of = (path: string): Row | undefined => rows.find((row) => row.series === series && row.path === path);
    const [ours, write, telemetry, victoria, prometheus] = [
      'frames',
      'remote-write',
      'otlp',
      'VictoriaMetrics',
      'Prometheus',
    ].map(of);
    const hold = (what: string, holds: boolean | undefined): void => {
      if (holds === undefined) return;
      if (!holds) code = 1;
      out(`${series} series: ${what}: ${holds ? 'holds' : 'does not hold'}`);
    };
    hold('frames ≥ 2.0 M per CPU-second', ours && ours.samplesPerCpuSecond >= 2e6);
    hold(
      'frames ≥ 2 × VictoriaMetrics',
      ours && victoria && ours.samplesPerCpuSecond >= 2 * victoria.samplesPerCpuSecond,
    );
    hold(
      'remote-write ≥ Prometheus',
      write && prometheus && write.samplesPerCpuSecond >= prometheus.samplesPerCpuSecond,
    );
    hold('OTLP ≥ 0.5 M per CPU-second', telemetry && telemetry.samplesPerCpuSecond >= 5e5);
    hold('stored ≤ 1.5 bytes a sample', ours && ours.bytesPerSample <= 1.5);
    hold('stored ≤ 1.2 × VictoriaMetrics', ours && victoria && ours.bytesPerSample <= 1.2 * victoria.bytesPerSample);
  }
  return code;
};

/** Runs `send` for each item, so many at once; throws what one throws. */
const flying = async <T>(items: Iterable<T>, width: number, send: (item: T) => Promise<unknown>): Promise<void> => {
  const under = new Set<Promise<unknown>>();
  for (const item of items) {
    const sent = send(item).finally(() => under.delete(sent));
    under.add(sent);
    if (under.size >= width) await Promise.race(under);
  }
  await Promise.all(under);
};

const poster =
  (url: string, type: string, headers: Record<string, string>) =>
  async (body: Uint8Array): Promise<void> => {
    for (;;) {
      const response = await fetch(url, {
        method: 'POST',
        body: Buffer.from(body),
        headers: { 'content-type': type, ...headers },
      });
      const text = await response.text();
      if (response.ok) return;
      if (response.status !== 503 && response.status !== 429) throw new Error(`${url}: ${response.status} ${text}`);
      await realClock.sleep(1_000);
    }
  };

const PROTOBUF = 'application/x-protobuf';
const snappy = { 'content-encoding': 'snappy', 'x-prometheus-remote-write-version': '0.1.0' };
const auth = { authorization: `Bearer ${TOKEN}` };

const ticksOf = function* <T>(load: Load, tick: (tick: number) => readonly T[]): Generator<T> {
  for (let at = 0; at < load.ticks; at++) yield* tick(at);
};

/** A tick's requests together, so many at once, and the next tick's after them: Prometheus takes no sample out of order. */
const inTicks = async (
  load: Load,
  tick: (tick: number) => readonly Uint8Array[],
  send: (body: Uint8Array) => Promise<void>,
): Promise<void> => {
  for (let at = 0; at < load.ticks; at++) await flying(tick(at), FLYING, send);
};

const ours = async (name: string, load: Load, send: (to: TestCollector) => Promise<void>): Promise<Row> => {
  const to = await startTestCollector(3_900);
  try {
    const roots = { collector: to.pid()!, NATS: to.nats.pid()!, ClickHouse: to.clickhouse.pid()! };
    const before = Object.entries(roots).map(([part, pid]) => [part, cpuSeconds([pid])] as const);
    const from = realClock.monotonic();
    await send(to);
    const samples = load.series * load.ticks;
    const count = async (): Promise<number> =>
      Number((await to.store.rows<{ n: string }>('SELECT sum(length(values)) AS n FROM frames'))[0]?.n);
    for (let stored = 0; stored < samples; stored = await count()) await realClock.sleep(250);
    const seconds = (realClock.monotonic() - from) / 1_000;
    // Their turns come once a minute and once in ten: what this load will have cost is spent now.
    await rollUp(to);
    const merging = async (): Promise<number> =>
      Number((await to.store.rows<{ n: string }>('SELECT count() AS n FROM system.merges'))[0]?.n);
    for (let calm = 0; calm < 8; ) {
      calm = (await merging()) === 0 ? calm + 1 : 0;
      await realClock.sleep(500);
    }
    const share = Object.fromEntries(
      before.map(([part, used]) => [part, cpuSeconds([roots[part as keyof typeof roots]]) - used]),
    );
    const bytes = Number(
      (
        await to.store.rows<{ n: string }>(
          "SELECT sum(bytes_on_disk) AS n FROM system.parts WHERE active AND database = 'fenghuo' AND table = 'frames'",
        )
      )[0]?.n,
    );
    for (const table of ['rollup_1m', 'rollup_1h'] as const) {
      const differing = await rollupDifferences(to.store, table, load.startMs - 3_600_000, load.startMs + 86_400_000);
      if (differing > 0) throw new Error(`${table} differs from raw in ${differing} places`);
    }
    return row(name, load, seconds, share, bytes, peakMegabytes(Object.values(roots)));
  } finally {
    await to.stop();
  }
};

const rollUp = async ({ bus, store }: TestCollector): Promise<void> => {
  const { id } = await streamId(bus, telemetryStream(0));
  const position = await chainEnd(store, 'frames', id);
  for (const table of ['rollup_1m', 'rollup_1h'] as const)
    for (let end = await rollupEnd(store, table, id); end < position; )
      end = await rollUpNext(store, table, id, end, position);
};

const row = (
  path: string,
  load: Load,
  seconds: number,
  share: Readonly<Record<string, number>>,
  bytes: number,
  memory: number,
): Row => {
  const samples = load.series * load.ticks;
  const cpu = Object.values(share).reduce((all, one) => all + one, 0);
  return {
    path,
    series: load.series,
    samples,
    seconds,
    samplesPerSecond: samples / seconds,
    cpuSeconds: cpu,
    samplesPerCpuSecond: samples / cpu,
    share,
    bytesPerSample: bytes / samples,
    peakMegabytes: memory,
  };
};

const peer = async (load: Load, start: () => Promise<Peer>): Promise<Row> => {
  const to = await start();
  try {
    const before = cpuSeconds([to.pid]);
    const from = realClock.monotonic();
    await inTicks(load, remoteWrite(load), poster(to.url, PROTOBUF, snappy));
    const seconds = (realClock.monotonic() - from) / 1_000;
    // Prometheus' block is written only to be measured: that is none of its intake.
    const used = cpuSeconds([to.pid]) - before;
    const bytes = await to.settle();
    const settled = to.name === 'Prometheus' ? used : cpuSeconds([to.pid]) - before;
    return row(to.name, load, seconds, { [to.name]: settled }, bytes, peakMegabytes([to.pid]));
  } finally {
    await to.stop();
  }
};

const sendFrames = async (load: Load, { bus }: TestCollector): Promise<void> => {
  const { schemas, tick } = frames(load);
  await flying(schemas, FLYING, (schema) =>
    bus.publish(subjects.schema(partitionOf(schema.probe, 1), schema.probe), JSON.stringify(schema)),
  );
  await flying(ticksOf(load, tick), FLYING_FRAMES, ({ probe, bytes }) => bus.publish(subjects.frame(0, probe), bytes));
};

const paths: readonly { readonly name: string; run(load: Load): Promise<Row | undefined> }[] = [
  { name: 'frames', run: (load) => ours('frames', load, (to) => sendFrames(load, to)) },
  {
    name: 'remote-write',
    run: (load) =>
      ours('remote-write', load, (to) =>
        inTicks(load, remoteWrite(load), poster(`${to.url}/api/v1/write`, PROTOBUF, { ...snappy, ...auth })),
      ),
  },
  {
    name: 'otlp',
    run: (load) =>
      ours('otlp', load, (to) => inTicks(load, otlp(load), poster(`${to.url}/v1/metrics`, PROTOBUF, auth))),
  },
  {
    name: 'VictoriaMetrics',
    run: async (load) => {
      const path = binary('victoria-metrics');
      return path === undefined ? undefined : peer(load, () => startVictoria(path));
    },
  },
  {
    name: 'Prometheus',
    run: async (load) => {
      const path = binary('prometheus');
      return path === undefined ? undefined : peer(load, () => startPrometheus(path));
    },
  },
];
