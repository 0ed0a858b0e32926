// Real NATS and ClickHouse: ready, killed, back with their data, stopped, and what a probe may not do.

import { flagsBucket, schemasBucket, subjects } from '@fenghuo/rules/contract';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, ensureStreams } from '../index.ts';
import { startTestClickHouse, startTestNats, type TestClickHouse, type TestNats } from '../testing/index.ts';
import { startNats } from './nats.ts';

describe('NATS', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startTestNats();
  });
  afterAll(() => nats.stop());

  it('keeps what it acknowledged over a kill, and stores a repeat once', async () => {
    const bus = await connectBus(nats.config(), 'test');
    await ensureStreams(bus, { partitions: 2 });
    await ensureStreams(bus, { partitions: 2 });
    expect((await bus.publish(subjects.decision('incident.opened', 'i1'), 'a', { msgId: '0-1-0' })).duplicate).toBe(
      false,
    );
    expect((await bus.publish(subjects.decision('incident.opened', 'i1'), 'a', { msgId: '0-1-0' })).duplicate).toBe(
      true,
    );
    for (let i = 0; i < 200; i++) await bus.publish(subjects.frame(0, 'p@1'), new Uint8Array(100));
    await nats.kill();
    await nats.restart();
    await bus.connected();
    expect((await bus.jsm.streams.info('TELEMETRY-0')).state.messages).toBe(200);
    expect((await bus.publish(subjects.frame(0, 'p@1'), 'x')).seq).toBe(201);
    await bus.close();
  });

  it('lets a probe publish telemetry and watch flags, and nothing else', async () => {
    const { user, password } = nats.credentials.nats.probe;
    const nc = await connect({ servers: nats.url, user, pass: password });
    const kvm = new Kvm(jetstream(nc));
    const admin = await connectBus(nats.config('analyzer'), 'admin');
    await ensureStreams(admin, { partitions: 1 });
    const flags = await kvm.open(flagsBucket);
    const watch = await flags.watch();
    await (await admin.kvm.open(flagsBucket)).put('payment.channel', 'x');
    for await (const entry of watch) {
      expect(entry.key).toBe('payment.channel');
      break;
    }
    expect((await flags.get('payment.channel'))?.string()).toBe('x');
    await (await kvm.open(schemasBucket)).put('abc', '{}');
    await jetstream(nc).publish(subjects.frame(0, 'p@2'), 'x');
    await expect(jetstream(nc).publish(subjects.decision('x', 'y'), 'x', { timeout: 500 })).rejects.toThrow();
    await expect(flags.put('payment.channel', 'y')).rejects.toThrow();
    let overheard = 0;
    for (const subject of ['_INBOX.analyzer.>', '_INBOX.>', 'fh.>'])
      nc.subscribe(subject, { callback: (error) => void (error || overheard++) });
    await nc.flush();
    await admin.publish(subjects.decision('engine.note', undefined), 'x');
    await nc.flush();
    expect(overheard).toBe(0);
    await admin.close();
    await nc.close();
  });

  it('names a busy port', async () => {
    const port = Number(new URL(nats.url).port);
    await expect(startNats({ data: '/tmp/fenghuo-busy', port, credentials: nats.credentials })).rejects.toMatchObject({
      code: 'port_busy',
    });
  });

  it('refuses wrong credentials with a clear error', async () => {
    await expect(connectBus({ ...nats.config(), natsPassword: 'wrong' }, 'test')).rejects.toMatchObject({
      code: 'unauthorized',
    });
  });
});

describe('ClickHouse', () => {
  let server: TestClickHouse;
  const query = async (text: string, user = server.user, password = server.password): Promise<string> => {
    const response = await fetch(server.url, {
      method: 'POST',
      body: text,
      headers: { 'x-clickhouse-user': user, 'x-clickhouse-key': password },
    });
    return (await response.text()).trim();
  };
  beforeAll(async () => {
    server = await startTestClickHouse();
  });
  afterAll(() => server.stop());

  it('keeps what it acknowledged over a kill', async () => {
    await query('CREATE DATABASE d');
    await query('CREATE TABLE d.t (n UInt64) ENGINE = MergeTree ORDER BY n');
    await query('INSERT INTO d.t SELECT number FROM numbers(100000)');
    await server.kill();
    await server.restart();
    expect(await query('SELECT count(), sum(n) FROM d.t')).toBe('100000\t4999950000');
  });

  it('gives nothing to a local account without the password', async () => {
    expect(await query('SELECT count() FROM d.t', 'default', '')).toMatch(/Not enough privileges|ACCESS_DENIED/);
    expect(await query('SELECT 1', server.user, 'wrong')).toMatch(/AUTHENTICATION_FAILED/);
  });
});
