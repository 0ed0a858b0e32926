// Streams are made once and brought to their settings; what stands already is not written again: a server that is killed meanwhile would forget it.
import { telemetryStream } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bus, connectBus } from './bus.ts';
import { ensureStreams } from './streams.ts';
import { startTestNats, type TestNats } from './testing/index.ts';

let nats: TestNats;
let bus: Bus;
beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'test');
});
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});
const bytesMax = async (): Promise<number> => (await bus.jsm.streams.info(telemetryStream(0))).config.max_bytes;

it('writes a stream’s settings where they change, and only there', async () => {
  const written: string[] = [];
  const advisories = bus.nc.subscribe('$JS.EVENT.ADVISORY.STREAM.>', {
    callback: (_error, { subject }) => void written.push(subject.split('.').slice(4).join(' ')),
  });
  await ensureStreams(bus, { partitions: 1 });
  const whole = await bytesMax();
  await bus.nc.flush();
  expect(written).toContain('CREATED TELEMETRY-0');
  written.length = 0;
  await ensureStreams(bus, { partitions: 1 });
  await bus.nc.flush();
  expect(written).toEqual([]);
  // Two partitions share the bytes of one.
  await ensureStreams(bus, { partitions: 2 });
  await bus.nc.flush();
  expect(written.sort()).toEqual(['CREATED TELEMETRY-1', 'UPDATED TELEMETRY-0']);
  expect(await bytesMax()).toBe(Math.floor(whole / 2));
  advisories.unsubscribe();
});
