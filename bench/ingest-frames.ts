// Samples a second of the collector's processor time, from frames in memory to rows in a real ClickHouse. Not in it: NATS, and ClickHouse's own processor time.
import { Batch, COLUMNS, halvesOfHex } from '@fenghuo/collector/batch';
import { migrate, openStore, probeLedgers } from '@fenghuo/collector/store';
import { realClock } from '@fenghuo/kit';
import { startTestClickHouse } from '@fenghuo/kit/testing';
import { decodeFrame, encodeFrame, hash64 } from '@fenghuo/rules/contract';

const WIDTH = 200;
const FRAMES = 20_000;
const FRAMES_A_BATCH = 1_000;

const clickhouse = await startTestClickHouse();
try {
  const config = {
    clickhouseUrl: clickhouse.url,
    clickhouseUser: clickhouse.user,
    clickhousePassword: clickhouse.password,
    clickhouseDatabase: 'fenghuo',
  };
  await migrate(config);
  const store = openStore(config);
  const ids = {
    low: Uint32Array.from({ length: WIDTH }, (_, i) => i),
    high: Uint32Array.from({ length: WIDTH }, (_, i) => i * 7_919),
  };
  const frames = Array.from({ length: FRAMES }, (_, sequence) =>
    encodeFrame({
      schema: hash64('bench'),
      probe: hash64('bench@1'),
      incarnation: 1,
      sequence,
      lost: 0,
      timeMs: 1_800_000_000_000 + sequence * 1_000,
      values: Float64Array.from({ length: WIDTH }, (_, i) => Math.sin(sequence + i)),
    }),
  );
  const today = Math.floor(realClock.now() / 86_400_000);
  const stream = halvesOfHex(hash64('bench'));
  const before = process.cpuUsage();
  let batch = new Batch(stream);
  for (let i = 0; i < FRAMES; i++) {
    const frame = decodeFrame(frames[i]!);
    if ('fault' in frame) throw new Error(frame.fault);
    batch.add(i + 1, halvesOfHex(frame.probe), ids, frame.timeMs, frame.values);
    if ((i + 1) % FRAMES_A_BATCH !== 0) continue;
    await store.insertBlock('samples', COLUMNS, batch.block(today), `bench-${i}`);
    batch = new Batch(stream);
  }
  const used = process.cpuUsage(before);
  const stored = (await probeLedgers(store)).get(hash64('bench@1'))?.count;
  await store.close();
  if (stored !== WIDTH * FRAMES) throw new Error(`stored ${stored}, sent ${WIDTH * FRAMES}`);
  const seconds = (used.user + used.system) / 1e6;
  process.stdout.write(
    `${((WIDTH * FRAMES) / seconds / 1e6).toFixed(2)} million samples/s of the collector's processor time (${WIDTH * FRAMES} stored, ${seconds.toFixed(2)} s)\n`,
  );
} finally {
  await clickhouse.stop();
}
