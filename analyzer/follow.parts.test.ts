// The stream over a real NATS, with the connection broken in the middle: every message once and in order, whatever was under way.
import { type Bus, connectBus, ensureStreams } from '@fenghuo/kit';
import { startTestNats, type TestNats } from '@fenghuo/kit/testing';
import { subjects, telemetryStream } from '@fenghuo/rules/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Follower } from './follow.ts';

const MESSAGES = 3_000;
let nats: TestNats;
let bus: Bus;

beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus(nats.config(), 'test');
  await ensureStreams(bus, { partitions: 1 });
  const payload = new Uint8Array(2_000);
  const sent = Array.from({ length: MESSAGES }, () => bus.publish(subjects.frame(0, 'host@a'), payload));
  await Promise.all(sent);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

it('loses nothing and repeats nothing where the connection breaks', async () => {
  const own = await connectBus(nats.config(), 'analyzer');
  const follower = new Follower(own, telemetryStream(0), 'analyzer-0', 0);
  const seqs: number[] = [];
  for await (const m of follower.read()) {
    seqs.push(m.seq);
    if (m.seq % 200 === 0) m.ack();
    // What NATS has sent meanwhile is in the sockets and in the client's queue.
    if (m.seq === 700 || m.seq === 1_900) await own.nc.reconnect();
    if (m.seq === MESSAGES) break;
  }
  await follower.stop();
  expect(seqs).toEqual(Array.from({ length: MESSAGES }, (_, i) => i + 1));
  expect(follower.restarts).toBeGreaterThan(0);
  await own.close();
});

it('goes on without a pause under a trickle, however much it has read before', async () => {
  const follower = new Follower(bus, telemetryStream(0), 'analyzer-0', 0);
  const payload = new Uint8Array(100_000);
  // More than any one pull may ask for, then ten a second.
  await Promise.all(Array.from({ length: 120 }, () => bus.publish(subjects.frame(0, 'host@a'), payload)));
  let sent = MESSAGES + 120;
  const last = sent + 50;
  const timer = setInterval(() => {
    if (sent++ < last) void bus.publish(subjects.frame(0, 'host@a'), payload);
  }, 100);
  let [before, longest] = [0, 0];
  for await (const m of follower.read()) {
    const now = performance.now();
    if (before > 0) longest = Math.max(longest, now - before);
    before = now;
    if (m.seq % 200 === 0 || m.seq === last) m.ack();
    if (m.seq === last) break;
  }
  clearInterval(timer);
  await follower.stop();
  expect(longest).toBeLessThan(2_000);
}, 90_000);

it('ends with an error where the consumer is taken away', async () => {
  const follower = new Follower(bus, telemetryStream(0), 'analyzer-0', MESSAGES - 1);
  const messages = await follower.begin();
  const read = async (): Promise<void> => {
    for await (const { seq } of follower.read()) if (seq === MESSAGES) messages.stop();
  };
  await expect(read()).rejects.toMatchObject({ code: 'bus_refused' });
});
