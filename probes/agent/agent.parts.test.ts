// The agent against a real NATS: frames of this host arrive each second with more than 200 names.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connectBus, ensureStreams } from '@fenghuo/kit';
import { startTestNats } from '@fenghuo/kit/testing';
import { decodeFrame, frameSchema, parseTelemetrySubject } from '@fenghuo/rules/contract';
import { expect, test } from 'vitest';

test('a host is reported every second, by more than 200 names', { timeout: 60_000 }, async () => {
  const nats = await startTestNats();
  const bus = await connectBus({ natsUrl: nats.url, natsUser: nats.user, natsPassword: nats.password }, 'test');
  await ensureStreams(bus, { partitions: 1 });
  const code = `import(${JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))}).then((m) => m.run())`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@fenghuo/source', '-e', code], {
    env: {
      FENGHUO_NATS_URL: nats.url,
      FENGHUO_NATS_USER: nats.user,
      FENGHUO_NATS_PASSWORD: nats.password,
      FENGHUO_PORT_SHIFT: '7330',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    const names = new Set<string>();
    const times: number[] = [];
    const messages = bus.nc.subscribe('fh.t.0.>');
    for await (const message of messages) {
      const kind = parseTelemetrySubject(message.subject)?.kind;
      if (kind === 'schema') for (const c of frameSchema.parse(message.json()).columns) names.add(c.metric);
      if (kind !== 'frame') continue;
      const frame = decodeFrame(message.data);
      if ('fault' in frame) throw new Error(frame.fault);
      times.push(frame.timeMs);
      if (times.length === 4) break;
    }
    expect(names.size).toBeGreaterThan(200);
    expect(times.map((time) => time - times[0]!)).toEqual([0, 1_000, 2_000, 3_000]);
  } finally {
    child.kill('SIGTERM');
    await bus.close();
    await nats.stop();
  }
});
