// `npm run bench:kills`: collector, NATS and ClickHouse killed (-9) at random under load; then every sender's ledger of what was acknowledged against what is stored.
import type { ChildProcess } from 'node:child_process';
import { connectBus, ensureStreams, ports, realClock, seededRandom } from '@fenghuo/kit';
import { startTestClickHouse, startTestNats } from '@fenghuo/kit/testing';
import { rollupDifferences, type Store } from '../collector/store/index.ts';
import { eventually, INGEST_TOKEN, startCollector } from '../collector/testing/process.ts';
import { type Ledger, Sender } from '../collector/testing/sender.ts';
import { openTestStore } from '../collector/testing/store.ts';
import { ForeignSender, type Format } from './kills/foreign.ts';

type Out = (line: string) => void;
const SHIFT = 3_970;
const MINUTE_MS = 60_000;
/** After the last kill all that was acknowledged is stored by then. */
const CATCH_UP_MS = 120_000;
/** Three probes of our own, and two senders of each foreign format; a request or frame of each so often. */
const [FRAMES_MS, REQUESTS_MS] = [50, 150];
const formats: readonly Format[] = ['remote-write 1.0', 'remote-write 2.0', 'OTLP'];
const parts = ['collector', 'NATS', 'ClickHouse'] as const;

const option = (args: readonly string[], name: string, otherwise: number): number => {
  const at = args.indexOf(name);
  return at < 0 ? otherwise : Number(args[at + 1]);
};

/** `--minutes N`, `--kills N`, `--seed N`. */
export const killsCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const [minutes, kills, seed] = [
    option(args, '--minutes', 10),
    option(args, '--kills', 50),
    option(args, '--seed', 20_261_125),
  ];
  const random = seededRandom(seed);
  const [nats, clickhouse] = await Promise.all([startTestNats(), startTestClickHouse()]);
  const bus = await connectBus(nats.config(), 'bench');
  await ensureStreams(bus, { partitions: 1 });
  const store = await openTestStore(clickhouse);
  const collector = supervised(() => startCollector(nats, clickhouse, SHIFT));
  const target = { url: `http://127.0.0.1:${ports.collector + SHIFT}`, token: INGEST_TOKEN };
  const probes = ['heron@1', 'lotus@1', 'crane@1'].map((probe) => new Sender(bus, probe, 200));
  const foreign = formats.flatMap((format, i) =>
    [0, 1].map((k) => new ForeignSender(format, `sender-${i}-${k}`, target, seededRandom(seed + 10 * i + k))),
  );
  try {
    await Promise.all(probes.map((one) => one.announce()));
    const startMs = realClock.now();
    const on = { is: true };
    const load = Promise.all([
      // Frames are numbered by seconds: a second of theirs takes less than one of ours, and all are within the last hours.
      ...probes.map(async (one) => {
        const fromMs = Math.floor(startMs / 1_000) * 1_000 - 12 * 60 * MINUTE_MS;
        for (let tick = 0; on.is; tick++) {
          await one.send(fromMs + tick * 1_000);
          await realClock.sleep(FRAMES_MS);
        }
      }),
      ...foreign.map(async (one) => {
        for (let lastMs = 0; on.is; await realClock.sleep(REQUESTS_MS)) {
          lastMs = Math.max(lastMs + 1, Math.floor(realClock.now()));
          await one.send(lastMs);
        }
      }),
    ]);
    const times = Array.from({ length: kills }, () => random() * minutes * MINUTE_MS).sort((a, b) => a - b);
    const killed = { collector: 0, NATS: 0, ClickHouse: 0 };
    const back = { collector: Promise.resolve(), NATS: Promise.resolve(), ClickHouse: Promise.resolve() };
    const servers = { NATS: nats, ClickHouse: clickhouse };
    for (const at of times) {
      await realClock.sleep(Math.max(0, startMs + at - realClock.now()));
      const part = parts[Math.floor(random() * parts.length)]!;
      // What is still being started again is killed once it stands; the others go on dying meanwhile.
      await back[part];
      killed[part]++;
      if (part === 'collector') collector.kill();
      else back[part] = servers[part].kill().then(() => servers[part].restart());
    }
    await realClock.sleep(Math.max(0, startMs + minutes * MINUTE_MS - realClock.now()));
    await Promise.all(Object.values(back));
    on.is = false;
    await load;
    const tookMs = realClock.now() - startMs;
    const all = [
      ...probes.map(({ schema, ledger }) => [schema.resource.service ?? '', ledger] as const),
      ...foreign.map(({ service, ledger }) => [service, ledger] as const),
    ];
    const total = all.reduce((sum, [, { count }]) => sum + count, 0);
    await eventually(CATCH_UP_MS, async () => sumOf(await storedOf(store)) >= total);
    // Whoever would be stored twice has a moment to be.
    await realClock.sleep(5_000);
    const stored = await storedOf(store);
    out(
      `${kills} kills in ${(tookMs / MINUTE_MS).toFixed(1)} min, seed ${seed}: ${parts.map((part) => `${part} ${killed[part]}`).join(', ')}`,
    );
    out('| sender | what | sent again | samples acknowledged | stored | sums |\n|---|---|---|---|---|---|');
    let holds = true;
    for (const [service, ledger] of all) {
      const one = foreign.find((sender) => sender.service === service);
      const has = stored.get(service) ?? { count: 0, sum: 0 };
      const isEqual = has.count === ledger.count && has.sum === ledger.sum;
      holds &&= isEqual;
      out(
        `| ${service} | ${one?.format ?? 'frames'} | ${one === undefined ? '' : `${one.repeated} of ${one.requests} requests`} | ${ledger.count} | ${has.count} | ${isEqual ? 'equal' : `${ledger.sum} and ${has.sum}`} |`,
      );
    }
    // A collector that starts rolls up at once whatever its predecessors left.
    collector.kill();
    for (const table of ['rollup_1m', 'rollup_1h'] as const) {
      const differ = (): Promise<number> =>
        rollupDifferences(store, table, startMs - 24 * 60 * MINUTE_MS, startMs + 24 * 60 * MINUTE_MS);
      await eventually(CATCH_UP_MS, async () => (await differ()) === 0);
      const differing = await differ();
      holds &&= differing === 0;
      out(`${table}: ${differing} of its rows differ from raw`);
    }
    out(holds ? 'holds' : 'does not hold');
    return holds ? 0 : 1;
  } finally {
    collector.stop();
    await store.close();
    await bus.close();
    await Promise.all([nats.stop(), clickhouse.stop()]);
  }
};

/** What `fenghuo up` does: a collector that is gone is started again. */
const supervised = (start: () => ChildProcess): { kill(): void; stop(): void } => {
  let [child, isOn] = [start(), true];
  const watch = (): void =>
    void child.once('exit', () => {
      if (!isOn) return;
      child = start();
      watch();
    });
  watch();
  return {
    kill: () => void child.kill('SIGKILL'),
    stop: () => {
      isOn = false;
      child.kill('SIGKILL');
    },
  };
};

/** Count and sum of what is stored, by service. */
const storedOf = async (store: Store): Promise<ReadonlyMap<string, Ledger>> => {
  const rows = await store.rows<{ service: string; n: string; total: number }>(
    'SELECT d.service AS service, count() AS n, sum(s.value) AS total FROM samples AS s INNER JOIN (SELECT DISTINCT series, service FROM series) AS d ON d.series = s.series GROUP BY service',
  );
  return new Map(rows.map(({ service, n, total }) => [service, { count: Number(n), sum: Number(total) }]));
};
const sumOf = (stored: ReadonlyMap<string, Ledger>): number =>
  [...stored.values()].reduce((sum, { count }) => sum + count, 0);
