// NATS gone under load: pairs of blocks with it and without, then three minutes without; latency, memory, and what became of the frames.
import { type Bus, connectBus, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestNats } from '@fenghuo/kit/testing';
import { telemetryStream } from '@fenghuo/rules/contract';
import { Children, type Load, rssMb } from './children.ts';
import { type Ledger, ledgerOf } from './ledger.ts';
import { quantile } from './stats.ts';

export type OutageOptions = {
  readonly perSecond: number;
  readonly pairs: number;
  readonly blockSeconds: number;
  readonly goneSeconds: number;
};
export type Block = { readonly p50: number; readonly p99: number; readonly requests: number; readonly failed: number };
export type Outage = {
  readonly pairs: readonly { readonly up: Block; readonly gone: Block }[];
  /** The long stretch, and its last minute (or third). */
  readonly stretch: Block;
  readonly end: Block;
  /** MB: middle of the time before, greatest during the stretch, greatest with NATS there, middle of the stretch's last third. */
  readonly rss: {
    readonly before: number;
    readonly most: number;
    /** Greatest in the blocks with NATS there: what collections leave for a moment in any case. */
    readonly mostThere: number;
    readonly end: number;
  };
  /** The loaded app with the default buffer; one beside it whose buffer is too small for the stretch. */
  readonly roomy: Ledger;
  readonly tight: Ledger;
};

const WARM_UP_MS = 15_000;
const TIGHT_FRAMES = 60;

const blockOf = (load: Load, fromMs: number, toMs: number): Block => {
  const { ms, failed } = load.between(fromMs, toMs);
  return { p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), requests: ms.length + failed, failed };
};

export const measureOutage = async (options: OutageOptions, out: (line: string) => void): Promise<Outage> => {
  const nats = await startTestNats();
  const children = new Children();
  let bus: Bus | undefined;
  try {
    bus = await connectBus(nats.config(), 'bench');
    await ensureStreams(bus, { partitions: 1 });
    const { user, password } = nats.credentials.nats.probe;
    const peer = await children.peer();
    const env = (service: string): Record<string, string> => ({
      OTEL_SERVICE_NAME: service,
      FENGHUO_INSTANCE: '1',
      FENGHUO_NATS_URL: nats.url,
      FENGHUO_NATS_USER: user,
      FENGHUO_NATS_PASSWORD: password,
      BENCH_BACKEND: peer.url,
    });
    const app = await children.app('probe', env('roomy'));
    await children.app('probe', { ...env('tight'), FENGHUO_PROBE_BUFFER_FRAMES: String(TIGHT_FRAMES) });
    const load = await children.load();
    load.onto(app, options.perSecond);
    const memory: { readonly atMs: number; readonly mb: number }[] = [];
    const sampling = realClock.every(500, () => void memory.push({ atMs: realClock.now(), mb: rssMb(app.pid) }));
    await realClock.sleep(WARM_UP_MS);

    const during = async (seconds: number): Promise<readonly [number, number]> => {
      const from = realClock.now();
      await realClock.sleep(seconds * 1_000);
      return [from, realClock.now()];
    };
    const spans: { readonly up: readonly [number, number]; readonly gone: readonly [number, number] }[] = [];
    for (let i = 0; i < options.pairs; i++) {
      const up = await during(options.blockSeconds);
      await nats.kill();
      spans.push({ up, gone: await during(options.blockSeconds) });
      await nats.restart();
      out(`pair ${i + 1} of ${options.pairs}`);
    }
    await during(options.blockSeconds);
    const goneMs = realClock.now();
    out(`NATS is killed for ${options.goneSeconds} s`);
    await nats.kill();
    const [from, to] = await during(options.goneSeconds);
    await nats.restart();
    await settled(bus);
    load.off();
    sampling.cancel();
    await realClock.sleep(1_000);
    const rss = (since: number, until: number): number[] =>
      memory.filter(({ atMs }) => atMs >= since && atMs < until).map(({ mb }) => mb);
    const third = (to - from) / 3;
    return {
      pairs: spans.map(({ up, gone }) => ({ up: blockOf(load, ...up), gone: blockOf(load, ...gone) })),
      stretch: blockOf(load, from, to),
      end: blockOf(load, to - third, to),
      rss: {
        before: quantile(rss(goneMs - options.blockSeconds * 1_000, goneMs), 0.5),
        most: Math.max(...rss(from, to)),
        mostThere: Math.max(...spans.flatMap(({ up }) => rss(...up))),
        end: quantile(rss(to - third, to), 0.5),
      },
      roomy: await ledgerOf(bus, 'roomy@1'),
      tight: await ledgerOf(bus, 'tight@1'),
    };
  } finally {
    await children.stop();
    await bus?.close();
    await nats.stop();
  }
};

/** Waits until what was kept has arrived: the stream grows no faster than two probes speak. */
const settled = async (bus: Bus): Promise<void> => {
  await bus.connected();
  const count = async (): Promise<number> =>
    (await bus.jsm.streams.info(telemetryStream(0)).catch(() => undefined))?.state.messages ?? 0;
  let [before, calm] = [await count(), 0];
  for (let i = 0; i < 60 && calm < 5; i++) {
    await realClock.sleep(1_000);
    const now = await count();
    calm = now > before && now - before <= 6 ? calm + 1 : 0;
    before = now;
  }
};
