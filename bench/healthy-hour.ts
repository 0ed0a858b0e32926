// `npm run suite:healthy`: an ordinary hour of the whole product (two meal peaks, a deploy, a planned restart, a promotion, a surge) that must wake nobody.
// The stream is recorded: `--again RECORD.json` judges the same hour by the engine as it is now.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomSeed, realClock, seededRandom } from '@fenghuo/kit';
import { config } from '../examples/takeaway/config.ts';
import { type Witness, watchProduct } from './incident/witness.ts';
import { type Product, startProduct } from './lib/product.ts';
import { startReceiver } from './lib/receiver.ts';
import { again } from './suite/again.ts';
import { type Hour, hourHolds, type Turn, turns } from './suite/hour.ts';
import { record, recorded } from './suite/record.ts';
import { told } from './suite/told.ts';

const WARM_UP_MS = 40_000;
/** What is still told when the last turn is over belongs to the hour. */
const PAGES_MS = 5_000;
type Out = (line: string) => void;
type Kept = { readonly minutes: number; readonly stream: string; readonly turns: Hour['turns'] };

const begin = async (controlPort: number, { fault, target, options, seconds }: Turn): Promise<void> => {
  const query = new URLSearchParams({ fault, target, ...options, seconds: String(seconds) });
  const response = await fetch(`http://127.0.0.1:${controlPort}/begin?${query}`);
  if (!response.ok) throw new Error(`chaos: ${await response.text()}`);
};

type Day = { readonly product: Product; readonly witness: Witness; readonly minutes: number; readonly seed: number };
/** Lets the turns pass by the clock; answers when each began. */
const pass = async ({ product, witness, minutes, seed }: Day, out: Out): Promise<Hour['turns']> => {
  const platform = config(product.env);
  const customers = join(platform.data, 'customers.ndjson');
  const fromMs = realClock.now();
  const done: { says: string; fromMs: number }[] = [];
  let told = 0;
  const wait = async (untilMs: number): Promise<void> => {
    while (realClock.now() < untilMs) {
      await realClock.sleep(Math.min(1_000, untilMs - realClock.now()));
      for (; told < witness.decisions.length; told++) {
        const { atMs, decision: d } = witness.decisions[told]!;
        if (d.type === 'incident.opened') out(`  ${since(fromMs, atMs)} OPENED ${d.severity}: ${d.title.en}`);
        if (d.type === 'incident.cause') out(`  ${since(fromMs, atMs)} cause ${d.cause.entity}: ${d.cause.reason.en}`);
      }
    }
  };
  for (const turn of turns(minutes, seededRandom(seed))) {
    await wait(fromMs + turn.atS * 1_000);
    done.push({ says: turn.says, fromMs: realClock.now() });
    out(`${since(fromMs, realClock.now())} ${turn.says} (${turn.target}, ${turn.seconds} s); ${tally(customers)}`);
    await begin(platform.controlPort('launcher'), turn);
  }
  await wait(fromMs + minutes * 60_000 + PAGES_MS);
  out(`${since(fromMs, realClock.now())} over; ${tally(customers)}`);
  return done;
};

const since = (fromMs: number, atMs: number): string => `+${((atMs - fromMs) / 60_000).toFixed(1)} min`;
/** What customers did so far, by the last line of their own log. */
const tally = (path: string): string => {
  const { ordered, paid, failed } = JSON.parse(readFileSync(path, 'utf8').trim().split('\n').at(-1)!) as Record<
    string,
    number
  >;
  return `customers so far: ${ordered} carts, ${paid} paid, ${failed} attempts failed`;
};

const live = async (minutes: number, seed: number, shift: number, path: string, out: Out): Promise<Hour> => {
  const receiver = await startReceiver();
  const product = await startProduct(shift, receiver.url, {
    TAKEAWAY_RATE: String(6 + Math.round(seededRandom(seed)() * 5)),
    TAKEAWAY_SEED: String(seed % 1_000_000),
  });
  const interrupted = (): void => void product.stop().finally(() => process.exit(130));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, interrupted);
  try {
    const witness = watchProduct(product, config(product.env));
    await realClock.sleep(WARM_UP_MS);
    const done = await pass({ product, witness, minutes, seed }, out);
    const stream = `${path}.stream.gz`;
    await record(product, stream);
    writeFileSync(`${path}.json`, JSON.stringify({ minutes, stream, turns: done } satisfies Kept));
    out(`recorded in ${path}.json`);
    const pages = receiver.pages.filter(({ path: to, action }) => to !== '/hook' && action === 'trigger').length;
    return { minutes, seen: witness.decisions, pages, turns: done };
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, interrupted);
    await product.stop();
    receiver.close();
  }
};

/** A recorded hour, judged anew; our own file, trusted as it is. */
const replayed = async (path: string, out: Out): Promise<Hour> => {
  const { minutes, stream, turns: done } = JSON.parse(readFileSync(path, 'utf8')) as Kept;
  const seen = await again(await recorded(stream));
  const fromMs = done[0]?.fromMs ?? 0;
  for (const { atMs, decision } of seen)
    if (decision.type.startsWith('incident.')) out(`  ${since(fromMs, atMs)} ${told(decision)}`);
  return { minutes, seen, pages: null, turns: done };
};

/** Exit 0 when nothing was opened but at most a notice in the surge, 1 otherwise. */
export const healthyHourCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '60' },
      seed: { type: 'string' },
      shift: { type: 'string', default: '14000' },
      again: { type: 'string' },
    },
  });
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const [minutes, seed] = [Number(values.minutes), Number(values.seed ?? randomSeed())];
  const path = join('.fenghuo', 'suite', `healthy-${commit}-${seed}`);
  mkdirSync(join(path, '..'), { recursive: true });
  out(`commit ${commit}, ${values.again === undefined ? `${minutes} min, seed ${seed}` : values.again}`);
  const hour =
    values.again === undefined
      ? await live(minutes, seed, Number(values.shift), path, out)
      : await replayed(values.again, out);
  const holds = hourHolds(hour);
  for (const [says, ok] of holds) out(`${ok ? 'PASS' : 'FAIL'}  ${says}`);
  return holds.every(([, ok]) => ok) ? 0 : 1;
};
