// `npm run bench:mutate`: a million spoiled payloads through every decoder: no crash, no hang, bounded memory, each refusal with a reason.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { OpsError, realClock } from '@fenghuo/kit';
import { realPayloads } from '../collector/receive/testing/payloads.ts';
import { spoiledDecoders } from './mutate/decoders.ts';
import type { SpoilRow } from './mutate/spoil.ts';

type Out = (line: string) => void;
/** A run that was ended: which payload it was at, and why. */
type Ended = { readonly decoder: string; readonly ended: string };

/** What holds of each: no crash, no payload that takes longer (processor time), no memory beyond. */
const bounds = { payloadMs: 1_000, grewMegabytes: 256 } as const;
/** Processor time without a word after which a payload counts as one that never ends. */
const HUNG_MS = 20_000;
const HEAP_MB = 512;

const option = (args: readonly string[], name: string): string | undefined => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
};

/** `--decoder NAME` (a part of the name; else all), `--count N`, `--seed N`, `--json`. */
export const mutateCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const nowMs = realClock.now();
  const names = spoiledDecoders(await realPayloads(nowMs), nowMs).map(({ name }) => name);
  const part = option(args, '--decoder')?.toLowerCase();
  const asked = names.filter((name) => part === undefined || name.toLowerCase().includes(part));
  if (asked.length === 0) throw new OpsError('usage', `no decoder "${part}"; there are: ${names.join(', ')}`);
  const [count, seed] = [option(args, '--count') ?? '1000000', option(args, '--seed') ?? '20261125'];
  const isJson = args.includes('--json');
  if (!isJson)
    out(
      `| decoder | payloads | taken | refused, by reason | crashed | slowest | each | memory |\n|---|---|---|---|---|---|---|---|`,
    );
  let holds = true;
  for (const name of asked) {
    const row = await run(name, count, seed);
    holds &&=
      !('ended' in row) &&
      row.crashed === 0 &&
      row.slowestMs <= bounds.payloadMs &&
      row.grewMegabytes <= bounds.grewMegabytes;
    out(isJson ? JSON.stringify(row) : line(row));
    if ('crash' in row) process.stderr.write(`${name}, ${row.crash}\n`);
  }
  if (!isJson) out(holds ? 'holds' : 'does not hold');
  return holds ? 0 : 1;
};

const line = (row: SpoilRow | Ended): string => {
  if ('ended' in row) return `| ${row.decoder} | ended: ${row.ended} |`;
  const refused = Object.entries(row.refused).sort(([, a], [, b]) => b - a);
  const reasons = refused.map(([reason, n]) => `${reason} ${n}`).join(', ');
  return `| ${row.decoder} | ${row.payloads} | ${row.taken} | ${reasons} | ${row.crashed} | ${row.slowestMs.toFixed(1)} ms | ${row.microsEach.toFixed(0)} µs | +${row.grewMegabytes.toFixed(0)} MB |`;
};

/** One decoder's run; ends it where it works for long without coming to the next payload. */
const run = async (name: string, count: string, seed: string): Promise<SpoilRow | Ended> => {
  const entry = new URL('./mutate/run.entry.ts', import.meta.url).pathname;
  const flags = ['--import', 'tsx', '--conditions=@fenghuo/source', `--max-old-space-size=${HEAP_MB}`];
  const child = spawn(process.execPath, [...flags, entry, name, count, seed], { stdio: ['ignore', 'pipe', 'inherit'] });
  let [said, at, toldCpuMs, isHung] = ['', 'the start', 0, false];
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const lines = said.split('\n');
    said = lines.pop() ?? '';
    for (const one of lines) {
      toldCpuMs = cpuMs(child.pid);
      if (one.startsWith('at ')) at = `payload ${one.slice(3)}`;
      else said = `${one}\n`;
    }
  });
  const watch = realClock.every(1_000, () => {
    if (cpuMs(child.pid) - toldCpuMs < HUNG_MS) return;
    isHung = true;
    child.kill('SIGKILL');
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  watch.cancel();
  if (code === 0) return JSON.parse(said) as SpoilRow;
  return { decoder: name, ended: `${isHung ? 'hung' : `exit code ${code}`} some way after ${at}` };
};

/** Processor time that a process has taken, ms; 0 where it is gone. */
const cpuMs = (pid: number | undefined): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
};
