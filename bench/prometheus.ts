// `npm run bench:prometheus`: a Prometheus server scrapes random series and writes them to us; afterwards its own store and ours must say the same, sample by sample.
import { realClock, seededRandom } from '@fenghuo/kit';
import { startTestCollector, type TestCollector, TOKEN } from '../collector/receive/testing/collector.ts';
import { binary, startPrometheus } from './ingest/peers.ts';
import { startExporter } from './prometheus/exporter.ts';

type Out = (line: string) => void;
/** Samples of a stretch of time by `metric labels time`: the eight bytes of their value. */
type Samples = Map<string, string>;
type Found = {
  prometheus: number;
  ours: number;
  missing: number;
  extra: number;
  different: number;
  /** Of what differs. */
  readonly examples: string[];
};

const SERIES = 1_000;
const INTERVAL_S = 1;
const WINDOW_MS = 60_000;
const EXAMPLES_MAX = 5;
/** What is on its way when the last scrape is over has so long to arrive. */
const SETTLE_MS = 90_000;

const bits = new DataView(new ArrayBuffer(8));
const bytesOf = (value: number): string => {
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString(16);
};
const keyOf = (metric: string, labels: Readonly<Record<string, string>>, timeMs: number): string =>
  `${metric} ${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))} ${timeMs}`;
const numberOf = (text: string): number => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));

const fromPrometheus = async (base: string, fromMs: number, toMs: number): Promise<Samples> => {
  // A range selects what is after its start and up to its end.
  const query = `{job="random"}[${toMs - fromMs}ms]`;
  const answer = await fetch(`${base}/api/v1/query?${new URLSearchParams({ query, time: String(toMs / 1_000) })}`);
  const body = (await answer.json()) as {
    data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
  };
  const found: Samples = new Map();
  for (const { metric, values } of body.data.result) {
    const { __name__: name = '', job: _job, instance: _instance, ...labels } = metric;
    for (const [seconds, text] of values) {
      const value = numberOf(text);
      // NaN is "no value" with us: it makes no row.
      // Prometheus' encoder leaves a field out that equals 0, and -0 does: it is 0 on the wire.
      if (!Number.isNaN(value)) found.set(keyOf(name, labels, Math.round(seconds * 1_000)), bytesOf(value + 0));
    }
  }
  return found;
};

const fromUs = async ({ store }: TestCollector, fromMs: number, toMs: number): Promise<Samples> => {
  const rows = await store.rows<{ metric: string; attributes: Record<string, string>; at: string; value: string }>(
    `SELECT d.metric AS metric, d.attributes AS attributes, toUnixTimestamp64Milli(ts) AS at, lower(hex(reinterpretAsUInt64(value))) AS value
    FROM samples AS s INNER JOIN series AS d FINAL ON d.series = s.series
    WHERE d.service = 'random' AND ts > fromUnixTimestamp64Milli({from: Int64}) AND ts <= fromUnixTimestamp64Milli({to: Int64})`,
    { from: fromMs, to: toMs },
  );
  const found: Samples = new Map();
  for (const { metric, attributes, at, value } of rows) {
    const key = keyOf(metric, attributes, Number(at));
    // A sample that stands twice is one too many, whatever its value.
    found.set(found.has(key) ? `${key} again` : key, value.replace(/^0+(?=.)/, ''));
  }
  return found;
};

const compare = (theirs: Samples, ours: Samples, into: Found): void => {
  into.prometheus += theirs.size;
  into.ours += ours.size;
  for (const [key, value] of theirs) {
    const own = ours.get(key);
    if (own === undefined) {
      into.missing++;
      if (into.examples.length < EXAMPLES_MAX) into.examples.push(`${key}: missing`);
    } else if (own !== value) {
      into.different++;
      if (into.examples.length < EXAMPLES_MAX) into.examples.push(`${key}: ${value} there, ${own} here`);
    }
  }
  for (const key of ours.keys()) if (!theirs.has(key)) into.extra++;
};

export const prometheusCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const minutes = Number(args[args.indexOf('--minutes') + 1] ?? '') || 20;
  const path = binary('prometheus');
  if (path === undefined) {
    out('prometheus: its Debian package cannot be had here (apt-get download)');
    return 1;
  }
  const seed = 20_261_124;
  const exporter = await startExporter(SERIES, seededRandom(seed));
  const to = await startTestCollector(3_940);
  const config = `global: { scrape_interval: ${INTERVAL_S}s, scrape_timeout: ${INTERVAL_S}s }
scrape_configs:
  - { job_name: random, static_configs: [{ targets: ['${exporter.address}'] }] }
remote_write:
  - url: ${to.url}/api/v1/write
    authorization: { credentials: ${TOKEN} }
`;
  const peer = await startPrometheus(path, config);
  try {
    const base = new URL('/', peer.url).href.replace(/\/$/, '');
    const fromMs = realClock.now() - WINDOW_MS;
    await realClock.sleep(minutes * 60_000);
    const scrapes = exporter.scrapes();
    await exporter.stop();
    const toMs = realClock.now();
    const found = async (): Promise<Found> => {
      const all: Found = { prometheus: 0, ours: 0, missing: 0, extra: 0, different: 0, examples: [] };
      for (let at = fromMs; at < toMs; at += WINDOW_MS) {
        const end = Math.min(at + WINDOW_MS, toMs);
        compare(await fromPrometheus(base, at, end), await fromUs(to, at, end), all);
      }
      return all;
    };
    let last = await found();
    for (const until = realClock.now() + SETTLE_MS; last.missing > 0 && realClock.now() < until; last = await found())
      await realClock.sleep(5_000);
    const { examples, ...counts } = last;
    const row = { minutes, series: SERIES, scrapes, seed, ...counts };
    out(
      args.includes('--json')
        ? JSON.stringify(row)
        : `${minutes} min, ${SERIES} random series, ${scrapes} scrapes: Prometheus has ${last.prometheus} samples, we ${last.ours}; missing ${last.missing}, extra ${last.extra}, different ${last.different}`,
    );
    for (const example of args.includes('--json') ? [] : examples) out(`  ${example}`);
    return last.missing + last.extra + last.different === 0 && last.prometheus > 0 ? 0 : 1;
  } finally {
    await exporter.stop();
    await peer.stop();
    await to.stop();
  }
};
