// `npm run bench:healthy`: a made-up platform of 1,000 services by twenty figures through the live engine in stream time.
// Healthy, it must open at most one incident a day; with `--faults N`, faults of known place must be found and named first.
import { parseArgs } from 'node:util';
import { createEngine, step } from '@fenghuo/analyzer/engine';
import { seededRandom } from '@fenghuo/kit';
import { type Decision, type Frame, hash64 } from '@fenghuo/rules/contract';
import { readRules } from '@fenghuo/rules/load';
import { faultsOf } from './simulate/faults.ts';
import { FIGURES, rulesOf, schemaOf } from './simulate/schemas.ts';
import { town } from './simulate/town.ts';
import { Values } from './simulate/values.ts';

const { values: flags } = parseArgs({
  options: {
    hours: { type: 'string', default: '24' },
    from: { type: 'string', default: '0' },
    services: { type: 'string', default: '1000' },
    faults: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});
const [services, seed, seconds] = [Number(flags.services), Number(flags.seed), Number(flags.hours) * 3_600];
/** Midnight, UTC: a whole day then holds both meals. A day may be run in stretches that begin at another hour. */
const FROM_H = Number(flags.from);
const START_MS = 1_700_006_400_000 + FROM_H * 3_600_000;
const out = (line: string): boolean => process.stdout.write(`${line}\n`);

const random = seededRandom(seed);
const nodes = town(services, random);
const detectors = readRules(['rules']).book.detectors;
const engine = createEngine(rulesOf(nodes, detectors), { partition: 0, act: 'off' });
const values = new Values(nodes, random);
const faults = faultsOf(nodes, Number(flags.faults), seconds, random);
const schemas = Array.from({ length: services }, (_, i) => schemaOf(nodes, i, START_MS));
const probes = schemas.map(({ probe }) => hash64(probe));
const sheets = schemas.map(({ columns }) => new Float64Array(columns.length));
const filled = new Float64Array(FIGURES);

type Found = { openedMs: number; title: string; causes: { entity: string; atMs: number }[] };
const found = new Map<string, Found>();
const note = (decision: Decision): void => {
  if (flags.verbose && decision.type === 'incident.state')
    out(`    ${decision.atMs - START_MS} ${decision.incident} ${decision.to}: ${decision.why.en}`);
  if (flags.verbose && decision.type === 'incident.cause')
    for (const s of decision.ranking.slice(0, 3))
      out(`        ${s.entity} ${s.metric} ${s.score} ${JSON.stringify(s).slice(0, 300)}`);
  if (decision.type === 'incident.opened') {
    found.set(decision.incident, { openedMs: decision.atMs, title: decision.title.en, causes: [] });
    if (flags.verbose) {
      out(`${((decision.atMs - START_MS) / 1000).toFixed(1)} s opened: ${decision.title.en}`);
      for (const a of decision.trigger.slice(0, 4)) out(`    ${JSON.stringify(a)}`);
    }
  }
  if (decision.type === 'incident.cause') {
    found.get(decision.incident)?.causes.push({ entity: decision.cause.entity, atMs: decision.atMs });
    if (flags.verbose) out(`    ${decision.atMs - START_MS} cause ${decision.cause.entity} (${decision.cause.kind})`);
  }
};

let seq = 0;
let samples = 0;
let restarts = 0;
let spent = 0;
const take = (input: Parameters<typeof step>[1]): void => {
  for (const decision of step(engine, input).decisions) note(decision);
};
for (let i = 0; i < services; i++) take({ seq: ++seq, atMs: START_MS, kind: 'schema', schema: schemas[i]! });
const began = process.cpuUsage().user;
for (let second = 1; second <= seconds; second++) {
  const fault = faults.find(({ fromS, toS }) => second >= fromS && second < toS);
  const timeMs = START_MS + second * 1_000;
  const hour = (FROM_H + second / 3_600) % 24;
  for (let i = 0; i < services; i++) {
    const atMs = timeMs + 20 + Math.floor((120 * i) / services);
    const turn = values.turn(i, second);
    if (turn !== undefined) restarts++;
    if (turn?.isRelease) {
      const event = { v: 1 as const, kind: 'deploy' as const, service: nodes[i]!.name, what: 'release', timeMs };
      take({ seq: ++seq, atMs, kind: 'event', event });
    }
    if (values.isSilent(i, second, fault)) continue;
    values.fill(i, second, hour, fault, filled);
    // Engines of old frames must not see new values: each keeps its own.
    const sheet = sheets[i]!;
    sheet.set(filled.subarray(0, sheet.length));
    samples += sheet.length;
    const frame: Frame = {
      schema: schemas[i]!.hash,
      probe: probes[i]!,
      incarnation: START_MS,
      sequence: second,
      lost: 0,
      timeMs,
      values: sheet,
    };
    take({ seq: ++seq, atMs, kind: 'frame', frame });
  }
  if (second % 3_600 === 0) {
    spent = (process.cpuUsage().user - began) / 1e6;
    const rate = (samples / spent / 1e6).toFixed(2);
    process.stderr.write(
      `${FROM_H + second / 3_600} h: ${found.size} incidents, ${samples} samples, ${rate} million/s\n`,
    );
  }
}
spent = (process.cpuUsage().user - began) / 1e6;

const isOf = ({ openedMs }: Found, { fromS, toS }: { fromS: number; toS: number }): boolean =>
  openedMs >= START_MS + fromS * 1_000 && openedMs <= START_MS + toS * 1_000;
let [seen, right] = [0, 0];
for (const fault of faults) {
  const incidents = [...found.values()].filter((incident) => isOf(incident, fault));
  const first = incidents[0];
  const name = nodes[fault.target]!.name;
  const last = first?.causes.at(-1);
  if (first !== undefined) seen++;
  if (last?.entity === name) right++;
  const after =
    first === undefined ? 'not found' : `opened after ${first.openedMs - START_MS - fault.fromS * 1_000} ms`;
  const said =
    first === undefined ? '' : `, named ${first.causes.map(({ entity }) => entity).join(', then ') || 'nobody'}`;
  out(
    `${fault.kind} at ${name} (${fault.fromS} s): ${after}${said}${incidents.length > 1 ? `; ${incidents.length} incidents` : ''}`,
  );
}
const others = [...found.values()].filter((incident) => !faults.some((fault) => isOf(incident, fault)));
for (const { openedMs, title, causes } of others.slice(0, 50))
  out(
    `incident without a fault at ${((openedMs - START_MS) / 1000).toFixed(0)} s: ${title}; named ${causes.at(-1)?.entity ?? 'nobody'}`,
  );
out(
  `${services} services, ${sheets.reduce((sum, { length }) => sum + length, 0)} series, ${flags.hours} h from ${FROM_H}:00 on, seed ${seed}: ${samples} samples, ${restarts} restarts and releases`,
);
out(
  `processor time ${spent.toFixed(0)} s, ${(samples / spent / 1e6).toFixed(2)} million samples/s from frame to decision, generator included`,
);
out(`incidents without a fault: ${others.length} (at most ${Math.max(1, Math.ceil(seconds / 86_400))})`);
if (faults.length > 0) out(`faults found ${seen} of ${faults.length}, right at rank 1: ${right}`);
const enough = Math.ceil(0.95 * faults.length);
process.exitCode =
  others.length <= Math.max(1, Math.ceil(seconds / 86_400)) && seen >= enough && right >= enough ? 0 : 1;
