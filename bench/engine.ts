// `npm run bench:engine`: what a sample costs the whole engine, without bus and store: simulated probes' frames from bytes to decisions,
// in stream time, on one core. Beside it, how much of that is reading the bytes.
import { PerformanceObserver } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createEngine, type Input, parseInput, step } from '@fenghuo/analyzer/engine';
import { encodeFrame, hash64, subjects } from '@fenghuo/rules/contract';
import { loadRules } from '@fenghuo/rules/load';
import { recordedSchema } from './ingest/recorded-schema.ts';
import { recording } from './ingest/recording.ts';

type Out = (line: string) => void;
const START_MS = 1_700_000_000_000;

/** Seconds of processor time of this process. */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

export const engineCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const { values: asked } = parseArgs({
    args: [...args],
    options: {
      probes: { type: 'string', default: '4000' },
      columns: { type: 'string', default: '240' },
      seconds: { type: 'string', default: '60' },
    },
  });
  const [probes, columns, seconds] = [Number(asked.probes), Number(asked.columns), Number(asked.seconds)];
  const recorded = await recording((text) => process.stderr.write(`${text}\n`), columns);
  const engine = createEngine(loadRules([new URL('../rules', import.meta.url).pathname]), { partition: 0, act: 'off' });
  let seq = 0;
  const senders = Array.from({ length: probes }, (_, i) => {
    const schema = recordedSchema(`unit-${String(i).padStart(5, '0')}`, recorded.columns);
    step(engine, { seq: ++seq, atMs: START_MS, kind: 'schema', schema });
    return { hash: hash64(schema.probe), schema: schema.hash, subject: subjects.frame(0, schema.probe), from: i * 7 };
  });
  const rows = recorded.rows.map((row) => Float64Array.from(row));
  let [reading, stepping, decisions, samples] = [0, 0, 0, 0];
  const ticks: { readonly tick: number; readonly ms: number }[] = [];
  const collections: { readonly tick: number; readonly ms: number }[] = [];
  let now = 0;
  const watching = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collections.push({ tick: now, ms: duration });
  });
  watching.observe({ entryTypes: ['gc'] });
  for (let tick = 0; tick < seconds; tick++) {
    const messages = senders.map(({ hash, schema, subject, from }, i) => {
      const values = rows[(from + tick) % rows.length]!;
      const timeMs = START_MS + tick * 1_000;
      const data = encodeFrame({ schema, probe: hash, incarnation: 1, sequence: tick, lost: 0, timeMs, values });
      return { seq: ++seq, atMs: timeMs + Math.floor((i * 1_000) / probes), subject, data };
    });
    now = tick;
    const before = used();
    const inputs = messages.map(parseInput).filter((input): input is Input => !('fault' in input));
    const between = used();
    for (const input of inputs) decisions += step(engine, input).decisions.length;
    ticks.push({ tick, ms: 1_000 * (used() - between) });
    // Pauses of the collector of garbage are told when the event loop comes round.
    await new Promise(setImmediate);
    // The first seconds find the processor's and V8's memory cold.
    if (tick < Math.min(10, seconds / 2)) continue;
    reading += between - before;
    stepping += ticks.at(-1)!.ms / 1_000;
    samples += probes * columns;
  }
  const each = (total: number): string => `${((total / samples) * 1e6).toFixed(3)} µs`;
  out(
    `${probes} probes × ${columns}, ${samples} samples, ${decisions} decisions, ${engine.watch.active.size} series anomalous at the end`,
  );
  out(`reading frames ${each(reading)}, engine ${each(stepping)} of processor time a sample`);
  const slowest = (of: readonly { readonly tick: number; readonly ms: number }[]): string =>
    of
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, 5)
      .map(({ tick, ms }) => `${ms.toFixed(0)} ms in second ${tick}`)
      .join(', ');
  out(`slowest seconds ${slowest(ticks)}`);
  out(`longest collections of garbage, as the clock saw them: ${slowest(collections)}`);
  watching.disconnect();
  out(
    `memory ${(process.memoryUsage().rss / 1_048_576).toFixed(0)} MB, of it heap ${(process.memoryUsage().heapUsed / 1_048_576).toFixed(0)} MB`,
  );
  return 0;
};
