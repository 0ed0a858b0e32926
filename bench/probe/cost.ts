// What observing costs: the same app plain, under OpenTelemetry's SDK with its OTLP exporter, and under the probe, in turn under the same load.
import { connectBus, ensureStreams, realClock } from '@fenghuo/kit';
import { startTestNats } from '@fenghuo/kit/testing';
import { Children, cpuSeconds, type Observer, type Running, rssMb } from './children.ts';
import { mean, quantile } from './stats.ts';

export type CostOptions = { readonly perSecond: number; readonly rounds: number; readonly roundSeconds: number };
export type Cost = {
  readonly observer: Observer;
  /** Processor microseconds of the app's process a request, each round. */
  readonly cpuUs: readonly number[];
  /** MB resident, middle of the last round. */
  readonly rss: number;
  /** ms, mean of the rounds. */
  readonly p50: number;
  readonly p99: number;
};

const observers: readonly Observer[] = ['none', 'otel', 'probe'];

export const measureCost = async (options: CostOptions, out: (line: string) => void): Promise<readonly Cost[]> => {
  const nats = await startTestNats();
  const children = new Children();
  try {
    const bus = await connectBus(nats.config(), 'bench');
    await ensureStreams(bus, { partitions: 1 });
    await bus.close();
    const { user, password } = nats.credentials.nats.probe;
    const peer = await children.peer();
    const apps = new Map<Observer, Running>();
    for (const observer of observers)
      apps.set(
        observer,
        await children.app(observer, {
          OTEL_SERVICE_NAME: 'shop',
          OTEL_SEMCONV_STABILITY_OPT_IN: 'http,database',
          OTEL_EXPORTER_OTLP_ENDPOINT: peer.url,
          FENGHUO_NATS_URL: nats.url,
          FENGHUO_NATS_USER: user,
          FENGHUO_NATS_PASSWORD: password,
          BENCH_BACKEND: peer.url,
        }),
      );
    const load = await children.load();
    const cpuUs = new Map<Observer, number[]>(observers.map((observer) => [observer, []]));
    const p50 = new Map<Observer, number[]>(observers.map((observer) => [observer, []]));
    const p99 = new Map<Observer, number[]>(observers.map((observer) => [observer, []]));
    const rss = new Map<Observer, number[]>();
    // The first round warms up: compiled code and a heap that has found its size.
    for (let round = 0; round <= options.rounds; round++)
      for (const [observer, app] of apps) {
        load.onto(app, options.perSecond);
        await realClock.sleep(1_000);
        const [from, cpuFrom] = [realClock.now(), cpuSeconds(app.pid)];
        const sizes: number[] = [];
        for (let second = 0; second < options.roundSeconds; second++) {
          await realClock.sleep(1_000);
          sizes.push(rssMb(app.pid));
        }
        const [to, cpuTo] = [realClock.now(), cpuSeconds(app.pid)];
        load.off();
        await realClock.sleep(700);
        const { ms } = load.between(from, to);
        rss.set(observer, sizes);
        if (round === 0) continue;
        cpuUs.get(observer)?.push(((cpuTo - cpuFrom) * 1e6) / (((to - from) / 1_000) * options.perSecond));
        p50.get(observer)?.push(quantile(ms, 0.5));
        p99.get(observer)?.push(quantile(ms, 0.99));
        if (observer === 'probe') out(`cost, round ${round} of ${options.rounds}`);
      }
    return observers.map((observer) => ({
      observer,
      cpuUs: cpuUs.get(observer) ?? [],
      rss: quantile(rss.get(observer) ?? [], 0.5),
      p50: mean(p50.get(observer) ?? []),
      p99: mean(p99.get(observer) ?? []),
    }));
  } finally {
    await children.stop();
    await nats.stop();
  }
};
