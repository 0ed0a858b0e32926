// A recorded case of our own making, published as frames to an analyzer that runs as a process on a real NATS: the incident's ranking
// is the one that `fenghuo diagnose` prints of the same case.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Bus, connectBus, ensureStreams, ports, realClock, seededRandom } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import { classify } from '@fenghuo/rules/catalog';
import {
  type Column,
  type Decision,
  encodeFrame,
  type FrameSchema,
  hash64,
  schemaHash,
  seriesId,
  subjects,
} from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDecisions } from '../read.ts';
import { diagnoseCommand } from './diagnose-command.ts';

/** Ticks ahead of the stream's time are in time however fast they come; the engine takes none that is a minute ahead. */
const HEALTHY = 45;
const TROUBLED = 5;
const SHIFT = 7_300;

/** A column of a case, who reports it, what it is while all is well, and what the slow callee adds to it. */
type Made = {
  readonly probe: string;
  readonly service: string;
  readonly caller?: string;
  readonly metric: string;
  readonly unit: string;
  readonly usual: number;
  readonly late: number;
};

const [app, till, bank, menu] = ['qqzv', 'mwke', 'atrb', 'xlop'];
/** App calls till and menu, till calls bank; bank turns slow, and who waits for it with it. The callers' own time is shorter, so they are louder. */
const made: readonly Made[] = [
  ...[
    { probe: app, caller: app, service: till, usual: 0.09, late: 0.8 },
    { probe: app, caller: app, service: menu, usual: 0.02, late: 0 },
    { probe: till, caller: till, service: bank, usual: 0.06, late: 0.8 },
  ].map((edge) => ({ ...edge, metric: 'http.client.request.duration', unit: 's' })),
  ...[
    { service: app, usual: 0.1, late: 0.8 },
    { service: till, usual: 0.08, late: 0.8 },
    { service: bank, usual: 0.05, late: 0.8 },
    { service: menu, usual: 0.01, late: 0 },
  ].flatMap(({ service, usual, late }) => [
    { probe: service, service, metric: 'http.server.request.duration', unit: 's', usual, late },
    { probe: service, service, metric: 'process.cpu.utilization', unit: '1', usual: 0.3, late: 0 },
  ]),
];

const random = seededRandom(5);
let firstS = 0;
const rows = Array.from({ length: HEALTHY + TROUBLED }, (_, row) =>
  made.map(({ usual, late }) =>
    Number((usual * (1 + 0.1 * (random() - 0.5)) + (row < HEALTHY ? 0 : late)).toPrecision(6)),
  ),
);

/** What `diagnose --json` prints of the first `count` rows as a case on disk. */
const diagnosed = async (count: number): Promise<readonly { service: string; metric: string; score: number }[]> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fenghuo-case-'));
  const columns = made.map(({ service, caller, metric, unit }, c) => ({
    column: `c${c}`,
    service,
    metric,
    unit,
    ...(caller === undefined ? {} : { caller }),
  }));
  const edges = made.flatMap(({ caller, service }) => (caller === undefined ? [] : [[caller, service]]));
  const head = { id: 'made', dataset: 'made', stepSeconds: 1, columns, edges, anomalyStart: firstS + HEALTHY };
  const lines = rows.slice(0, count).map((row, i) => [firstS + i, ...row].join(','));
  writeFileSync(path.join(folder, 'case.json'), JSON.stringify(head));
  writeFileSync(
    path.join(folder, 'metrics.csv'),
    [`time,${columns.map(({ column }) => column).join(',')}`, ...lines].join('\n'),
  );
  const printed: string[] = [];
  expect(await diagnoseCommand([folder, '--json'], (line) => printed.push(line))).toBe(0);
  rmSync(folder, { recursive: true });
  return JSON.parse(printed[0]!).ranking;
};

const probes = [...new Set(made.map(({ probe }) => probe))].map((service) => {
  const of = made.flatMap((column, c) => (column.probe === service ? [{ ...column, c }] : []));
  const resource = { service, instance: `${service}-1` };
  const columns = of.map(({ caller, service: callee, metric, unit }): Column => {
    const attributes: Record<string, string> = caller === undefined ? {} : { 'service.peer.name': callee };
    return {
      id: seriesId(resource, metric, undefined, attributes),
      metric,
      unit,
      kind: 'gauge',
      class: classify(metric, unit).class,
      attributes,
      ...(caller === undefined ? {} : { edge: { callee, protocol: 'http' } }),
    };
  });
  const content = { resource, listens: [], columns };
  const schema: FrameSchema = { v: 1, probe: `${service}@1`, incarnation: 1, hash: schemaHash(content), ...content };
  return { schema, places: of.map(({ c }) => c) };
});

let nats: TestNats;
let bus: Bus;
let analyzer: ChildProcess;

beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'test');
  await ensureStreams(bus, { partitions: 1 });
  const { natsUrl, natsUser, natsPassword } = nats.config('analyzer');
  analyzer = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@fenghuo/source', new URL('../run.entry.ts', import.meta.url).pathname],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        FENGHUO_NATS_URL: natsUrl,
        FENGHUO_NATS_USER: natsUser ?? '',
        FENGHUO_NATS_PASSWORD: natsPassword ?? '',
        FENGHUO_PORT_SHIFT: String(SHIFT),
        FENGHUO_LOG: 'error',
      },
    },
  );
  // What an analyzer finds in the stream when it starts, it learns from and does not judge: it must be there first.
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${ports.analyzer + SHIFT}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const end = realClock.monotonic() + 50_000; !(await isReady()) && realClock.monotonic() < end; )
    await realClock.sleep(200);
});
afterAll(async () => {
  analyzer.kill('SIGKILL');
  await bus.close();
  await nats.stop();
});

type Named = Extract<Decision, { type: 'incident.cause' }>;

it('gives the incident the ranking that diagnose prints', async () => {
  firstS = Math.ceil(realClock.now() / 1_000);
  /** Row by the sequence of the frame that completed it. */
  const completed = new Map<number, number>();
  for (const { schema } of probes) await bus.publish(subjects.schema(0, hash64(schema.probe)), JSON.stringify(schema));
  for (const [i, row] of rows.entries())
    for (const { schema, places } of probes) {
      const probe = hash64(schema.probe);
      const frame = { schema: schema.hash, probe, incarnation: 1, sequence: i, lost: 0, timeMs: (firstS + i) * 1_000 };
      const values = Float64Array.from(places, (c) => row[c]!);
      const { seq } = await bus.publish(subjects.frame(0, probe), encodeFrame({ ...frame, values }));
      completed.set(seq, i);
    }
  let named: Named | undefined;
  for (const end = realClock.monotonic() + 60_000; named === undefined && realClock.monotonic() < end; ) {
    await realClock.sleep(200);
    named = (await readDecisions(bus)).find((d): d is Named => d.type === 'incident.cause');
  }
  const row = completed.get(named!.seq)!;
  // The engine names a cause before the recording ends: the case is what it had seen by then.
  expect(row).toBeGreaterThanOrEqual(HEALTHY);
  const offline = await diagnosed(row + 1);
  const pairs = (ranking: readonly { service?: string; entity?: string; metric: string }[]): string[] =>
    ranking.map(({ service, entity, metric }) => `${service ?? entity} ${metric}`);
  expect(pairs(named!.ranking)).toEqual(pairs(offline));
  expect(named!.ranking[0]!.entity).toBe(bank);
  for (const [place, { score }] of named!.ranking.entries()) expect(score).toBeCloseTo(offline[place]!.score, 1);
});
