// `npm run bench:incident`: bank-slow runs on the whole product, timed from the bank's own log to the named cause.
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { randomSeed, realClock, seededRandom } from '@fenghuo/kit';
import { config } from '../examples/takeaway/config.ts';
import { type Row, runOnce } from './incident/run.ts';
import { type Witness, watchProduct } from './incident/witness.ts';
import { startProduct } from './lib/product.ts';
import { startReceiver } from './lib/receiver.ts';

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * q) - 1)] ?? Number.NaN;

const lineOf = (row: Row): string =>
  Object.entries(row)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value}`)
    .join(', ');

type Settings = { readonly shift: number; readonly warmUpMs: number; readonly rename: boolean };
/** A product's life: its own load, its own names where they are drawn, so many runs; answers the incidents before the first run. */
const live = async (
  runs: readonly number[],
  seed: number,
  { shift, warmUpMs, rename }: Settings,
  each: (row: Row, witness: Witness) => void,
): Promise<number> => {
  const random = seededRandom(seed);
  const receiver = await startReceiver();
  const product = await startProduct(shift, receiver.url, {
    TAKEAWAY_RATE: String(5 + Math.round(random() * 5)),
    TAKEAWAY_SEED: String(seed % 1_000_000),
    ...(rename ? { TAKEAWAY_NAMES_SEED: String((seed % 1_000_000) + 1) } : {}),
  });
  // A bench that is told to stop takes the product with it; the parent's exit alone would leave it running.
  const interrupted = (): void => void product.stop().finally(() => process.exit(130));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, interrupted);
  try {
    const platform = config(product.env);
    const witness = watchProduct(product, platform);
    await realClock.sleep(warmUpMs);
    const before = witness.decisions.filter((d) => d.decision.type === 'incident.opened').length;
    for (const run of runs) each(await runOnce(run, { platform, witness, receiver, random, seed }), witness);
    return before;
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, interrupted);
    await product.stop();
    receiver.close();
  }
};

const verdict = (rows: readonly Row[], falseBefore: number): readonly (readonly [string, boolean])[] => {
  const took = rows.map((row) => row.causeMs ?? Number.POSITIVE_INFINITY);
  const flags = rows.map((row) => row.flagMs ?? Number.POSITIVE_INFINITY);
  const paid = Math.min(...rows.map((row) => row.paidRatio ?? 0));
  const others = falseBefore + rows.reduce((sum, row) => sum + Math.max(0, row.opened - 1), 0);
  return [
    [`cause p50 ${quantile(took, 0.5)} ms, p95 ${quantile(took, 0.95)} ms ≤ 3000`, quantile(took, 0.95) <= 3_000],
    [`the bank first in ${rows.filter((r) => r.right).length}/${rows.length}`, rows.every((r) => r.right)],
    [`cause → flag effective, slowest ${Math.max(...flags)} ms ≤ 500`, Math.max(...flags) <= 500],
    [`customers' attempts paid while switched, least ${(100 * paid).toFixed(1)} % ≥ 99 %`, paid >= 0.99],
    ['switched as long as the bank is slow', rows.every((r) => r.heldWhileSlow)],
    [
      `switched back after recovery, slowest ${Math.max(...rows.map((r) => r.backMs ?? Number.POSITIVE_INFINITY))} ms`,
      rows.every((r) => r.backMs !== null),
    ],
    ['the incident closed', rows.every((r) => r.closed)],
    [`other incidents: ${others}`, others === 0 && rows.every((r) => r.opened === 1)],
    ['one page, one resolve each', rows.every((r) => r.pagesOpen === 1 && r.pagesResolve === 1)],
  ];
};

/** Exit 0 when everything measured holds, 1 when something does not, or could not be seen. */
export const incidentCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '20' },
      lives: { type: 'string', default: '4' },
      seed: { type: 'string' },
      shift: { type: 'string', default: '12000' },
      'warm-up': { type: 'string', default: '40' },
      json: { type: 'boolean' },
      rename: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const seed = Number(values.seed ?? randomSeed());
  const [runs, lives] = [Number(values.runs), Math.min(Number(values.runs), Number(values.lives))];
  const settings = {
    shift: Number(values.shift),
    warmUpMs: Number(values['warm-up']) * 1_000,
    rename: values.rename,
  };
  out(`seed ${seed}: ${runs} runs in ${lives} lives of the product${values.rename ? ', every service renamed' : ''}`);
  const rows: Row[] = [];
  let falseBefore = 0;
  for (let life = 0; life < lives; life++) {
    const first = Math.floor((life * runs) / lives);
    const count = Math.floor(((life + 1) * runs) / lives) - first;
    const numbers = Array.from({ length: count }, (_, i) => first + i + 1);
    falseBefore += await live(numbers, seed + life, settings, (row, witness) => {
      rows.push(row);
      // The decisions behind a row, so that a run that went wrong can be understood afterwards.
      if (values.out) {
        appendFileSync(values.out, `${JSON.stringify(row)}\n`);
        const log = witness.decisions.filter((d) => d.atMs >= row.fromMs);
        appendFileSync(
          `${values.out}.decisions`,
          log.map((d) => `${JSON.stringify({ run: row.run, ...d })}\n`).join(''),
        );
      }
      out(values.json ? JSON.stringify(row) : lineOf(row));
    });
  }
  const holds = verdict(rows, falseBefore);
  for (const [says, ok] of holds) out(`${ok ? 'PASS' : 'FAIL'}  ${says}`);
  return rows.length > 0 && holds.every(([, ok]) => ok) ? 0 : 1;
};
