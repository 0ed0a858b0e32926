// `npm run suite:live`: every fault on the whole product, beside distractors, against the truth written down beforehand.
// Resumable: results are appended as NDJSON per commit; what is there already is not run again. `--only` and `--minutes` take a part.
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomSeed, realClock, seededRandom } from '@fenghuo/kit';
import { config } from '../examples/takeaway/config.ts';
import { watchProduct } from './incident/witness.ts';
import { startProduct } from './lib/product.ts';
import { startReceiver } from './lib/receiver.ts';
import { type Case, cases } from './suite/cases.ts';
import { follower, record } from './suite/record.ts';
import { type Row, rowsOf, streamOf } from './suite/rows.ts';
import { runCase } from './suite/run.ts';
import { brief, table, verdict } from './suite/table.ts';

const commit = (): string => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
/** Before the first case: bands are young for two minutes (detect/options.ts), and nobody is on call for a platform that began a moment ago. */
const WARM_MS = 180_000;
/** Longer than a case and the minute before it. */
const KEPT_MS = 300_000;
type Life = {
  readonly todo: readonly Case[];
  readonly fixedRate: number | undefined;
  readonly seed: number;
  readonly until: number;
  readonly shift: number;
  /** Where the results are kept; decision logs and the recorded stream lie in the folder beside. */
  readonly path: string;
};
/** One life of the product for as many cases as fit before `until` (monotonic ms). */
const live = async ({ todo, seed, until, shift, fixedRate, path }: Life, each: (row: Row) => void): Promise<void> => {
  const random = seededRandom(seed);
  const rate = fixedRate ?? 6 + Math.round(random() * 5);
  const receiver = await startReceiver();
  const product = await startProduct(shift, receiver.url, {
    TAKEAWAY_RATE: String(rate),
    TAKEAWAY_SEED: String(seed % 1_000_000),
  });
  const interrupted = (): void => void product.stop().finally(() => process.exit(130));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, interrupted);
  try {
    const platform = config(product.env);
    const witness = watchProduct(product, platform);
    const inputs = await follower(product, KEPT_MS);
    await realClock.sleep(WARM_MS);
    for (const one of todo) {
      if (realClock.monotonic() > until) break;
      each(
        await runCase(one, {
          product,
          platform,
          witness,
          receiver,
          random,
          seed,
          rate,
          inputs,
          logs: path.replace(/\.ndjson$/, ''),
        }),
      );
    }
    await record(product, streamOf(path, seed));
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, interrupted);
    await product.stop();
    receiver.close();
  }
};

/** Exit 0 when everything that the issue asks holds over the results so far, 1 when something does not. */
export const suiteCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '4' },
      only: { type: 'string' },
      rate: { type: 'string' },
      minutes: { type: 'string', default: '600' },
      shift: { type: 'string', default: '13000' },
      out: { type: 'string' },
      table: { type: 'boolean' },
    },
  });
  const name = commit();
  const path = values.out ?? join('.fenghuo', 'suite', `${name}.ndjson`);
  mkdirSync(join(path, '..'), { recursive: true });
  const done = new Set(rowsOf(path).map((row) => row.key));
  const wanted = values.only?.split(',');
  const todo = cases(Number(values.seed)).filter(
    ({ key, fault }) => !done.has(key) && (wanted === undefined || wanted.includes(key) || wanted.includes(fault)),
  );
  if (values.table !== true && todo.length > 0) {
    const life = randomSeed();
    out(`commit ${name}, cases by seed ${values.seed}, load by seed ${life}, ${todo.length} to do, results in ${path}`);
    const until = realClock.monotonic() + Number(values.minutes) * 60_000;
    await live(
      {
        todo,
        fixedRate: values.rate === undefined ? undefined : Number(values.rate),
        seed: life,
        until,
        shift: Number(values.shift),
        path,
      },
      (row) => {
        appendFileSync(path, `${JSON.stringify(row)}\n`);
        out(brief(row));
      },
    );
  }
  const rows = rowsOf(path);
  for (const line of table(rows)) out(line);
  const holds = verdict(rows);
  for (const [says, ok] of holds) out(`${ok ? 'PASS' : 'FAIL'}  ${says}`);
  return holds.every(([, ok]) => ok) ? 0 : 1;
};
