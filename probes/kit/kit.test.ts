// The kit without sockets: virtual time, seeded randomness, settings, errors, self-metrics, health pages.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createLogger,
  createSelfMetrics,
  errorCodes,
  explain,
  loadConfig,
  OpsError,
  seededRandom,
  serveHealth,
  serviceConfig,
  virtualClock,
} from './index.ts';

describe('virtual clock', () => {
  it('runs timers in the order of their times, and only then', async () => {
    const clock = virtualClock(1_000);
    const seen: string[] = [];
    clock.after(30, () => seen.push(`after ${clock.now()}`));
    const ticks = clock.every(10, () => seen.push(`tick ${clock.now()}`));
    clock.after(5, () => seen.push('cancelled')).cancel();
    clock.advance(9);
    expect(seen).toEqual([]);
    clock.advance(21);
    ticks.cancel();
    clock.advance(100);
    expect(seen).toEqual(['tick 1010', 'tick 1020', 'after 1030', 'tick 1030']);
    expect(clock.monotonic()).toBe(130);
    const slept = clock.sleep(5);
    clock.advance(5);
    await slept;
  });
});

describe('randomness', () => {
  it('repeats for a seed and is spread evenly', () => {
    const [a, b] = [seededRandom(7), seededRandom(7)];
    const values = Array.from({ length: 10_000 }, a);
    expect(values).toEqual(Array.from({ length: 10_000 }, b));
    expect(values.reduce((sum, v) => sum + v, 0) / values.length).toBeCloseTo(0.5, 1);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });
});

describe('settings', () => {
  it('have defaults that follow the port shift', () => {
    const config = loadConfig(serviceConfig, { FENGHUO_PORT_SHIFT: '100', FENGHUO_RULES: 'a:b', FENGHUO_LOG: '' });
    expect(config).toMatchObject({
      natsUrl: 'nats://127.0.0.1:14322',
      clickhouseUrl: 'http://127.0.0.1:18223',
      partitions: 1,
    });
    expect(config.rules).toEqual(['a', 'b']);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('tell every fault at once', () => {
    const schema = serviceConfig.extend({ batchRowsMax: z.coerce.number().int() });
    const wrong = (): unknown =>
      loadConfig(schema, { FENGHUO_PARTITIONS: '0', FENGHUO_BATCH_ROWS_MAX: 'many', FENGHUO_LOG: 'loud' });
    expect(wrong).toThrow(/FENGHUO_PARTITIONS[\s\S]*FENGHUO_LOG[\s\S]*FENGHUO_BATCH_ROWS_MAX/);
  });
});

describe('errors', () => {
  it('carry code, retry class, causes and what to do', () => {
    const error = new OpsError('port_busy', 'port 1 is taken', { help: 'Stop it.', cause: new Error('EADDRINUSE') });
    expect(error.retry).toBe('later');
    expect(explain(error)).toBe('port 1 is taken: EADDRINUSE\n  Stop it.');
    for (const [code, [retry, meaning]] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^[a-z_]+$/);
      expect(['never', 'later']).toContain(retry);
      expect(meaning.length).toBeGreaterThan(5);
    }
  });
});

describe('a service tells of itself', () => {
  it('as Prometheus text with bounded label sets', async () => {
    const self = createSelfMetrics('test');
    const rows = self.counter('fenghuo.rows', '{row}', 'Rows stored');
    rows.add(2, { table: 'a"b' });
    rows.add(3, { table: 'a"b' });
    for (let i = 0; i < 2_000; i++) rows.add(1, { table: `t${i}` });
    self.gauge('fenghuo.lag', 's', 'Lag').set(1.5);
    const text = self.prometheus();
    expect(text).toContain('fenghuo_rows_total{service="test",table="a\\"b"} 5');
    expect(text).toContain('fenghuo_lag{service="test"} 1.5');
    expect(text).toContain('overflow="true"');
    expect(text.split('\n').length).toBeLessThan(600);
  });

  it('on its health pages', async () => {
    let ready = false;
    const server = await serveHealth({
      host: '127.0.0.1',
      port: 0,
      self: createSelfMetrics('test'),
      ready: () => ready,
    });
    const status = async (path: string): Promise<number> =>
      (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;
    expect([
      await status('/-/healthy'),
      await status('/-/ready'),
      await status('/metrics'),
      await status('/x'),
    ]).toEqual([200, 503, 200, 404]);
    ready = true;
    expect(await status('/-/ready')).toBe(200);
    await expect(
      serveHealth({ host: '127.0.0.1', port: server.port, self: createSelfMetrics('t'), ready: () => true }),
    ).rejects.toMatchObject({
      code: 'port_busy',
    });
    await server.close();
  });

  it('in lines of JSON', () => {
    const lines: string[] = [];
    createLogger('test', { write: (line) => void lines.push(line) }).warn({ rows: 3 }, 'slow');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'test', rows: 3, msg: 'slow' });
  });
});
