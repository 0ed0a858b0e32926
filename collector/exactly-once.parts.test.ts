// A collector that is killed ten times under load, in the middle of inserts, and two at once: ClickHouse holds what each probe
// sent, once, and the rollups say the same; so do events and decisions.
import type { ChildProcess } from 'node:child_process';
import { type Bus, connectBus, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestClickHouse, startTestNats, type TestClickHouse, type TestNats } from '@fenghuo/kit/testing';
import { type Decision, hash64, subjects } from '@fenghuo/rules/contract';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { probeLedgers, rollupDifferences, type Store } from './store/index.ts';
import { eventually, readiness, startCollector } from './testing/process.ts';
import { insist, type Ledger, Sender } from './testing/sender.ts';
import { openTestStore } from './testing/store.ts';

const SHIFT = 3_100;
// Each collector takes two ports beside each other, OTLP over gRPC and HTTP.
const OTHER_SHIFT = 3_110;
/** A collector has so long to start on a machine that does ten other things. */
const START_MS = 40_000;
/** And so long to take over, which it does in 3 s on a machine of its own and in 4 s beside four busy loops. */
const TAKE_OVER_MS = 10_000;
const FROM_MS = 1_800_000_000_000;

let nats: TestNats;
let clickhouse: TestClickHouse;
let bus: Bus;
let store: Store;
let senders: readonly Sender[];
let stopLoad: () => Promise<void>;
const sent = { events: 0, decisions: 0 };
const collectors = new Set<ChildProcess>();
const supervised = new Set<{ stop(): void }>();

const start = (shift = SHIFT): ChildProcess => {
  const child = startCollector(nats, clickhouse, shift);
  collectors.add(child);
  return child;
};
/** What `fenghuo up` does: a collector that cannot go on leaves, and is started again. */
const supervise = (shift = SHIFT): { child: ChildProcess; stop(): void } => {
  const state = { child: start(shift), on: true, stop: (): void => undefined };
  const watch = (): void =>
    void state.child.once('exit', () => {
      if (!state.on) return;
      state.child = start(shift);
      watch();
    });
  watch();
  state.stop = () => {
    state.on = false;
    state.child.kill('SIGKILL');
  };
  supervised.add(state);
  return state;
};

const storedRows = async (): Promise<number> =>
  [...(await probeLedgers(store)).values()].reduce((sum, { count }) => sum + count, 0);
const inserting = async (): Promise<boolean> =>
  Number(
    (
      await store.rows<{ n: string }>(
        "SELECT count() AS n FROM system.processes WHERE query LIKE 'INSERT INTO frames%' OR query LIKE 'INSERT INTO rollup%'",
      )
    )[0]?.n,
  ) > 0;
const grows = async (ms: number): Promise<boolean> => {
  const before = await storedRows().catch(() => 0);
  return eventually(ms, async () => (await storedRows()) > before);
};
const counted = async (sql: string): Promise<number> => Number((await store.rows<{ n: string }>(sql))[0]?.n);

/** Three probes, an event and a decision every so often, until told to stop. */
const load = (): (() => Promise<void>) => {
  let on = true;
  const probes = senders.map(async (one) => {
    for (let tick = 0; on; tick++) {
      await one.send(FROM_MS + tick * 1_000);
      await realClock.sleep(5);
    }
  });
  const others = (async () => {
    for (let i = 0; on; i++) {
      const event = JSON.stringify({ v: 1, kind: 'deploy', what: `release ${i}`, timeMs: FROM_MS + i });
      await insist(() => bus.publish(subjects.event(0), event, { msgId: `event-${i}`, timeoutMs: 2_000 }));
      sent.events++;
      const of = { v: 1, id: `0-${i}-0`, atMs: FROM_MS + i, seq: i, incident: 'i1' } as const;
      const one: Decision = { ...of, type: 'incident.note', by: 'test', note: `${i}` };
      await insist(() =>
        bus.publish(subjects.decision(one.type, 'i1'), JSON.stringify(one), { msgId: one.id, timeoutMs: 2_000 }),
      );
      sent.decisions++;
      await realClock.sleep(20);
    }
  })();
  return async () => {
    on = false;
    await Promise.all([...probes, others]);
  };
};

const ledgersOf = (all: readonly Sender[]): Record<string, Ledger> =>
  Object.fromEntries(all.map(({ schema, ledger }) => [hash64(schema.probe), { ...ledger }]));

describe('the collector', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    [nats, clickhouse] = await Promise.all([startTestNats(), startTestClickHouse()]);
    bus = await connectBus(nats.config(), 'test');
    await ensureStreams(bus, { partitions: 1 });
    store = await openTestStore(clickhouse);
    senders = ['heron@1', 'lotus@1', 'crane@1'].map((probe) => new Sender(bus, probe, 200));
    await Promise.all(senders.map((one) => one.announce()));
    stopLoad = load();
  });
  // Each test starts its own collectors; one that is left over would hold the partition.
  afterEach(() => {
    for (const one of supervised) one.stop();
    for (const child of collectors) child.kill('SIGKILL');
    supervised.clear();
    collectors.clear();
  });
  afterAll(async () => {
    await stopLoad?.();
    await store?.close();
    await bus?.close();
    await nats?.stop();
    await clickhouse?.stop();
  });

  it('goes on where it stood, though it is killed ten times, in the middle of inserts too', async () => {
    let midInsert = 0;
    for (let kill = 0; kill < 10; kill++) {
      const child = start();
      expect(await grows(START_MS), `collector ${kill} stores something`).toBe(true);
      if (kill % 2 === 0) await realClock.sleep(kill * 40);
      else
        for (let look = 0; look < 400; look++)
          if (await inserting()) {
            midInsert++;
            break;
          }
      child.kill('SIGKILL');
    }
    expect(midInsert, 'kills in the middle of an insert').toBeGreaterThan(0);
  });

  it('is back within ten seconds when NATS and when ClickHouse were killed', async () => {
    const running = supervise();
    expect(await grows(START_MS)).toBe(true);
    await nats.kill();
    await nats.restart();
    expect(await grows(10_000), 'after NATS').toBe(true);
    await clickhouse.kill();
    await clickhouse.restart();
    expect(await grows(10_000), 'after ClickHouse').toBe(true);
    running.stop();
  });

  it('lets a second one stand by, which takes over at once, and outlives one that stops and comes back', async () => {
    const first = start();
    expect(await grows(START_MS)).toBe(true);
    const second = start(OTHER_SHIFT);
    expect(await eventually(START_MS, async () => (await readiness(OTHER_SHIFT)) === 200)).toBe(true);
    first.kill('SIGKILL');
    await realClock.sleep(100);
    expect(await grows(TAKE_OVER_MS), 'the second stores').toBe(true);
    // Stopped in the middle of its work, it is taken for dead; then it wakes up beside the one that replaced it.
    const third = start();
    expect(await eventually(START_MS, async () => (await readiness(SHIFT)) === 200)).toBe(true);
    second.kill('SIGSTOP');
    await realClock.sleep(1_500);
    expect(await grows(START_MS), 'the third stores').toBe(true);
    second.kill('SIGCONT');
    await realClock.sleep(6_000);
    expect(await grows(TAKE_OVER_MS), 'somebody stores').toBe(true);
    for (const child of [second, third]) child.kill('SIGKILL');
  });

  it('holds exactly what was sent and acknowledged, and rollups equal to it', async () => {
    await stopLoad();
    const running = supervise();
    const expected = ledgersOf(senders);
    const total = Object.values(expected).reduce((sum, { count }) => sum + count, 0);
    await eventually(2 * START_MS, async () => (await storedRows()) >= total);
    expect(Object.fromEntries(await probeLedgers(store))).toEqual(expected);
    await eventually(
      10_000,
      async () => (await counted('SELECT count() AS n FROM decision_log FINAL')) >= sent.decisions,
    );
    expect(await counted('SELECT count() AS n FROM decision_log FINAL')).toBe(sent.decisions);
    expect(await counted('SELECT count() AS n FROM events FINAL')).toBe(sent.events);
    // A collector that starts rolls up at once whatever its predecessors left.
    running.stop();
    start();
    for (const table of ['rollup_1m', 'rollup_1h'] as const) {
      const differ = (): Promise<number> => rollupDifferences(store, table, FROM_MS - 7_200_000, FROM_MS + 864_000_000);
      await eventually(START_MS, async () => (await differ()) === 0);
      expect(await differ(), table).toBe(0);
      expect(await counted(`SELECT sum(count) AS n FROM ${table}`), table).toBe(total);
    }
  });
});
