// `npm run bench:fleet`: thousands of simulated probes at one frame a second, through NATS into collector and analyzer with detection on:
// whether all of it is stored, how far both are behind, and what memory does from minute to minute.
import { type ChildProcess, spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { chainEnd, probeLedgers } from '@fenghuo/collector/store';
import { ports, realClock } from '@fenghuo/kit';
import { telemetryStream } from '@fenghuo/rules/contract';
import { startTestCollector, type TestCollector } from '../collector/receive/testing/collector.ts';
import { streamId } from '../collector/stream-id.ts';
import { Fleet } from './ingest/fleet.ts';
import { cpuSeconds, residentMegabytes, treeOf } from './ingest/processes.ts';
import { recording } from './ingest/recording.ts';

type Out = (line: string) => void;
const SHIFT = 3_900;
const LAG_MS_MAX = 2_000;
/** After the last frame so long is waited for what is still under way. */
const DRAIN_MS = 60_000;

/** Learning who sends what comes before the measurement, and has so long. */
const LEARN_MS_MAX = 240_000;
const STOP_MS_MAX = 10_000;

/** @param profile folder that a V8 profile of it is written into */
const startAnalyzer = (to: TestCollector, profile: string | undefined): ChildProcess => {
  const { natsUrl, natsUser, natsPassword } = to.nats.config('analyzer');
  const node = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  return spawn(process.execPath, [...node, new URL('../bin/fenghuo.mjs', import.meta.url).pathname, 'analyzer'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      FENGHUO_NATS_URL: natsUrl,
      FENGHUO_NATS_USER: natsUser ?? '',
      FENGHUO_NATS_PASSWORD: natsPassword ?? '',
      FENGHUO_PORT_SHIFT: String(SHIFT),
      FENGHUO_RULES: new URL('../rules', import.meta.url).pathname,
      FENGHUO_ACT: 'off',
    },
  });
};

/** Sequence up to which the analyzer has acknowledged, undefined before it has begun. */
const analysed = async ({ bus }: TestCollector): Promise<number | undefined> =>
  (await bus.jsm.consumers.info(telemetryStream(0), 'analyzer-0').catch(() => undefined))?.ack_floor.stream_seq;

/** Samples that the analyzer has not looked at because it could not keep up. */
const shed = async (): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${ports.analyzer + SHIFT}/metrics`);
  return Number(/^fenghuo_analyzer_shed_total\{.*\} (\S+)$/m.exec(await answer.text())?.[1] ?? 0);
};

const until = async (ms: number, isSo: () => Promise<boolean>): Promise<boolean> => {
  for (const end = realClock.monotonic() + ms; realClock.monotonic() < end; await realClock.sleep(200))
    if (await isSo()) return true;
  return false;
};

export const fleetCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      probes: { type: 'string', default: '4000' },
      columns: { type: 'string', default: '240' },
      seconds: { type: 'string', default: '60' },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [probes, columns, seconds] = [Number(values.probes), Number(values.columns), Number(values.seconds)];
  const recorded = await recording((text) => process.stderr.write(`${text}\n`), columns);
  const to = await startTestCollector(SHIFT);
  const analyzer = startAnalyzer(to, values.profile);
  try {
    if (!(await until(DRAIN_MS, async () => (await analysed(to)) !== undefined)))
      throw new Error('the analyzer did not come up');
    const fleet = new Fleet(to.bus, realClock, recorded, probes);
    const { id } = await streamId(to.bus, telemetryStream(0));
    const stored = (): Promise<number> => chainEnd(to.store, 'frames', id);
    const beganMs = realClock.monotonic();
    await fleet.announce();
    // It acknowledges at least once a second of the stream's time, so a message a second later brings the announcements out.
    const isLearned = async (): Promise<boolean> => {
      if (((await analysed(to)) ?? 0) >= fleet.announcedSeq) return true;
      await realClock.sleep(1_000);
      await fleet.nudge();
      return false;
    };
    if (!(await until(LEARN_MS_MAX, isLearned))) throw new Error('the analyzer has not learned the fleet');
    const learnedSeconds = (realClock.monotonic() - beganMs) / 1_000;
    // A first tick brings out that the collector, too, has taken in the announcements.
    await fleet.run(1);
    if (!(await until(LEARN_MS_MAX, async () => (await stored()) >= fleet.lastSeq)))
      throw new Error('the collector has not learned the fleet');
    const roots = {
      collector: to.pid()!,
      NATS: to.nats.pid()!,
      ClickHouse: to.clickhouse.pid()!,
      analyzer: analyzer.pid!,
      generator: process.pid,
    };
    // The generator's children are the parts themselves.
    const used = (): Record<string, number> =>
      Object.fromEntries(
        Object.entries(roots).map(([part, pid]) => [
          part,
          part === 'generator' ? process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6 : cpuSeconds([pid]),
        ]),
      );
    // What a part began is its own: NATS runs under a guard.
    const memory = (): Record<string, number> =>
      Object.fromEntries(
        Object.entries(roots).map(([part, pid]) => [
          part,
          residentMegabytes(part === 'generator' ? [pid] : treeOf([pid])),
        ]),
      );
    const before = used();
    const lags = { stored: [] as Behind[], analysed: [] as Behind[] };
    const startedMs = realClock.monotonic();
    const marks: Record<string, number>[] = [];
    const look = async (): Promise<void> => {
      const [kept, seen] = await Promise.all([stored(), analysed(to)]);
      const second = Math.round((realClock.monotonic() - startedMs) / 1_000);
      lags.stored.push({ second, ms: fleet.ageMs(kept) });
      lags.analysed.push({ second, ms: fleet.ageMs(seen ?? 0) });
    };
    let looking: Promise<void> = Promise.resolve();
    const watching = realClock.every(1_000, () => {
      looking = looking.then(look).catch(() => undefined);
    });
    const marking = realClock.every(Math.min(60_000, (seconds * 1_000) / 4), () => {
      marks.push(memory());
    });
    const sent = await fleet.run(seconds);
    await looking;
    watching.cancel();
    marking.cancel();
    const drained = await until(DRAIN_MS, async () => (await stored()) >= fleet.lastSeq);
    // It acknowledges at least once a second of the stream's time: one more message a second later brings the last one out.
    await realClock.sleep(1_500);
    const nudge = await fleet.nudge();
    const analysedAll = await until(DRAIN_MS, async () => ((await analysed(to)) ?? 0) >= nudge);
    const share = Object.fromEntries(Object.entries(used()).map(([part, now]) => [part, now - before[part]!]));
    const differing = fleet.differences(await probeLedgers(to.store));
    const result = {
      probes,
      columns,
      seconds,
      /** From the first announcement until the analyzer knew all series. */
      learnedSeconds,
      samples: sent.samples,
      samplesPerSecond: sent.samples / sent.seconds,
      /** How late the generator itself was at the worst: what it did not send in time nobody could store in time. */
      generatorLateMs: sent.lateMs,
      probesDiffering: differing,
      drained,
      analysedAll,
      storedLagMs: lagOf(lags.stored),
      samplesShed: await shed(),
      analysedLagMs: lagOf(lags.analysed),
      cpuSeconds: share,
      residentMegabytes: marks,
    };
    if (values.json) out(JSON.stringify(result));
    else print(result, out);
    const holds = drained && differing === 0 && result.storedLagMs.max <= LAG_MS_MAX;
    return holds && analysedAll && result.samplesShed === 0 && result.analysedLagMs.max <= LAG_MS_MAX ? 0 : 1;
  } finally {
    // Told to stop, it writes its profile.
    if (values.profile !== undefined) {
      analyzer.kill('SIGTERM');
      await until(STOP_MS_MAX, async () => analyzer.exitCode !== null);
    }
    analyzer.kill('SIGKILL');
    await to.stop();
  }
};

/** How far behind something was in a second of the run. */
type Behind = { readonly second: number; readonly ms: number };
type Lag = { readonly p50: number; readonly p95: number; readonly max: number; readonly worst: readonly Behind[] };
const WORST = 6;
/** All seconds' lag, and the worst of them, so that it can be looked up what else there was. */
const lagOf = (all: readonly Behind[]): Lag => {
  const sorted = all.toSorted((a, b) => a.ms - b.ms);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]?.ms ?? 0;
  return { p50: at(0.5), p95: at(0.95), max: at(1), worst: sorted.slice(-WORST).reverse() };
};
type Result = {
  readonly probes: number;
  readonly columns: number;
  readonly seconds: number;
  readonly learnedSeconds: number;
  readonly samples: number;
  readonly samplesPerSecond: number;
  readonly generatorLateMs: number;
  readonly probesDiffering: number;
  readonly drained: boolean;
  readonly analysedAll: boolean;
  readonly samplesShed: number;
  readonly storedLagMs: Lag;
  readonly analysedLagMs: Lag;
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly residentMegabytes: readonly Readonly<Record<string, number>>[];
};

const print = (of: Result, out: Out): void => {
  const lag = ({ p50, p95, max, worst }: Lag): string =>
    `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, max ${max.toFixed(0)} ms (worst in seconds ${worst.map(({ second }) => second).join(', ')})`;
  const parts = (all: Readonly<Record<string, number>>, unit: string): string =>
    Object.entries(all)
      .map(([part, value]) => `${part} ${value.toFixed(unit === 's' ? 1 : 0)} ${unit}`)
      .join(', ');
  out(
    `${of.probes} probes × ${of.columns} at 1 s for ${of.seconds} s: ${(of.samplesPerSecond / 1e6).toFixed(2)} M samples/s, generator at most ${of.generatorLateMs.toFixed(0)} ms late`,
  );
  out(
    `the analyzer knew all ${of.probes * of.columns} series ${of.learnedSeconds.toFixed(0)} s after the first announcement`,
  );
  out(
    `stored:   ${of.drained ? 'all' : 'not all'} of ${of.samples} samples, ${of.probesDiffering} probes differ in count or sum; behind by ${lag(of.storedLagMs)}`,
  );
  out(
    `analysed: ${of.analysedAll ? 'all' : 'not all'}, ${of.samplesShed} samples shed; behind by ${lag(of.analysedLagMs)}`,
  );
  out(`processor: ${parts(of.cpuSeconds, 's')}`);
  for (const [i, mark] of of.residentMegabytes.entries())
    out(`memory ${i + 1}/${of.residentMegabytes.length}: ${parts(mark, 'MB')}`);
};
