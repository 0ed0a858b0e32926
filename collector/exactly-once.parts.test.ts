// A collector that is killed ten times under load: ClickHouse holds what each probe sent, once, and the rollups say the same.
import { type ChildProcess, spawn } from 'node:child_process';
import { type Bus, connectBus, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestClickHouse, startTestNats, type TestClickHouse, type TestNats } from '@fenghuo/kit/testing';
import { encodeFrame, frameSchema, hash64, schemaHash, seriesId, subjects } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, probeLedgers, type Store } from './store/index.ts';
import { rollupDifferences } from './store/rollups.ts';

const PORT_SHIFT = 3_100;
const COLUMNS = 200;
const PROBES = ['heron@1', 'lotus@1', 'crane@1'] as const;

let nats: TestNats;
let clickhouse: TestClickHouse;
let bus: Bus;
let store: Store;
let collector: ChildProcess | undefined;
let supervised = false;
const config = () => ({
  clickhouseUrl: clickhouse.url,
  clickhouseUser: clickhouse.user,
  clickhousePassword: clickhouse.password,
  clickhouseDatabase: 'fenghuo',
});

const startCollector = (): ChildProcess => {
  const { natsUrl, natsUser, natsPassword } = nats.config('collector');
  return spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@fenghuo/source', new URL('run.entry.ts', import.meta.url).pathname],
    {
      stdio: ['ignore', 'ignore', process.env.DEBUG_COLLECTOR === undefined ? 'ignore' : 'inherit'],
      env: {
        ...process.env,
        FENGHUO_NATS_URL: natsUrl,
        FENGHUO_NATS_USER: natsUser ?? '',
        FENGHUO_NATS_PASSWORD: natsPassword ?? '',
        FENGHUO_CLICKHOUSE_URL: clickhouse.url,
        FENGHUO_CLICKHOUSE_USER: clickhouse.user,
        FENGHUO_CLICKHOUSE_PASSWORD: clickhouse.password,
        FENGHUO_PORT_SHIFT: String(PORT_SHIFT),
        FENGHUO_LOG: 'info',
      },
    },
  );
};

/** One probe's sender with its own ledger of what NATS acknowledged. */
const sender = (probe: string) => {
  const resource = { service: probe.split('@')[0] ?? probe, instance: probe };
  const columns = Array.from({ length: COLUMNS }, (_, i) => ({
    id: seriesId(resource, `m${i}`, undefined, {}),
    metric: `m${i}`,
    unit: '1',
    kind: 'gauge' as const,
    class: 'resource' as const,
    attributes: {},
  }));
  const content = { resource, listens: [], columns };
  const schema = frameSchema.parse({ v: 1, probe, incarnation: 1, hash: schemaHash(content), ...content });
  const ledger = { count: 0, sum: 0 };
  let sequence = 0;
  return {
    ledger,
    announce: () => bus.publish(subjects.schema(0, probe), JSON.stringify(schema)),
    send: async (timeMs: number): Promise<void> => {
      const values = Float64Array.from({ length: COLUMNS }, (_, i) =>
        i % 17 === sequence % 17 ? Number.NaN : sequence * 1_000 + i,
      );
      const frame = encodeFrame({
        schema: schema.hash,
        probe: hash64(probe),
        incarnation: 1,
        sequence,
        lost: 0,
        timeMs,
        values,
      });
      const id = `${probe}-${sequence++}`;
      for (;;) {
        try {
          await bus.publish(subjects.frame(0, probe), frame, { msgId: id, timeoutMs: 2_000 });
          break;
        } catch {
          await realClock.sleep(100);
        }
      }
      for (const value of values) {
        if (Number.isNaN(value)) continue;
        ledger.count++;
        ledger.sum += value;
      }
    },
  };
};

const settled = async (expected: ReadonlyMap<string, { count: number; sum: number }>): Promise<unknown> => {
  let last: unknown;
  for (let i = 0; i < 150; i++) {
    const stored = await probeLedgers(store).catch(() => new Map<string, { count: number; sum: number }>());
    last = Object.fromEntries(stored);
    if ([...expected].every(([probe, { count }]) => (stored.get(probe)?.count ?? 0) >= count)) return last;
    await realClock.sleep(200);
  }
  return last;
};

describe('the collector', () => {
  beforeAll(async () => {
    [nats, clickhouse] = await Promise.all([startTestNats(), startTestClickHouse()]);
    bus = await connectBus(nats.config(), 'test');
    await ensureStreams(bus, { partitions: 1 });
    store = openStore(config());
  });
  afterAll(async () => {
    supervised = false;
    collector?.kill('SIGKILL');
    await store?.close();
    await bus?.close();
    await nats?.stop();
    await clickhouse?.stop();
  });

  it('stores exactly what was sent, though it is killed ten times, and NATS and ClickHouse once each', async () => {
    const senders = PROBES.map(sender);
    await Promise.all(senders.map((one) => one.announce()));
    let sending = true;
    const load = senders.map(async (one) => {
      for (let tick = 0; sending; tick++) {
        await one.send(1_800_000_000_000 + tick * 1_000);
        await realClock.sleep(5);
      }
    });
    for (let kill = 0; kill < 10; kill++) {
      collector = startCollector();
      await realClock.sleep(2_200 + kill * 60);
      collector.kill('SIGKILL');
    }
    supervised = true;
    // What `fenghuo up` does: a collector that cannot go on leaves, and is started again.
    const supervise = (): void => {
      collector = startCollector();
      collector.once('exit', () => supervised && supervise());
    };
    supervise();
    await realClock.sleep(3_000);
    await nats.kill();
    await nats.restart();
    await realClock.sleep(1_000);
    await clickhouse.kill();
    await clickhouse.restart();
    await realClock.sleep(2_000);
    sending = false;
    await Promise.all(load);
    const expected = new Map(PROBES.map((probe, i) => [hash64(probe), { ...senders[i]!.ledger }]));
    expect(await settled(expected)).toEqual(Object.fromEntries(expected));
    for (
      let i = 0;
      i < 40 && (await rollupDifferences(store, 'samples_1m', 60, 1_799_999_000_000, 1_800_100_000_000)) > 0;
      i++
    )
      await realClock.sleep(500);
    expect(await rollupDifferences(store, 'samples_1m', 60, 1_799_999_000_000, 1_800_100_000_000)).toBe(0);
    supervised = false;
    expect(await rollupDifferences(store, 'samples_1h', 3_600, 1_799_996_400_000, 1_800_100_800_000)).toBe(0);
  });
});
