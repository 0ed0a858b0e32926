// `npm run bench:incident`: bank-slow runs on the whole product, timed from the bank's own log to the named cause.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomSeed, realClock, seededRandom } from '@fenghuo/kit';
import { type Decision, decision, type FlagReport, flagReport, subjects } from '@fenghuo/rules/contract';
import { z } from 'zod';
import { config } from '../examples/takeaway/config.ts';
import { startProduct } from './lib/product.ts';
import { startReceiver } from './lib/receiver.ts';

type Seen = { readonly atMs: number; readonly decision: Decision };
const bankLine = z.object({ what: z.string(), atMs: z.number() });
const customersLine = z.object({ atMs: z.number(), paid: z.number(), failed: z.number() });
const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * q) - 1)] ?? Number.NaN;

const lineOf = (row: Readonly<Record<string, unknown>>): string =>
  Object.entries(row)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value}`)
    .join(', ');

/** Exit 0 when everything measured holds, 1 when something does not, or could not be seen. */
export const incidentCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '20' },
      seed: { type: 'string' },
      shift: { type: 'string', default: '12000' },
      'warm-up': { type: 'string', default: '40' },
      json: { type: 'boolean' },
      rename: { type: 'boolean' },
      out: { type: 'string' },
    },
  });
  const seed = Number(values.seed ?? randomSeed());
  const random = seededRandom(seed);
  // One load level a product's life: the generator reads its rate when it starts.
  const rate = 5 + Math.round(random() * 5);
  out(`seed ${seed}, ${rate} customers/s${values.rename ? ', every service renamed' : ''}`);
  const receiver = await startReceiver();
  const product = await startProduct(Number(values.shift), receiver.url, {
    TAKEAWAY_RATE: String(rate),
    TAKEAWAY_SEED: String(seed % 1_000_000),
    ...(values.rename ? { TAKEAWAY_NAMES_SEED: String((seed % 1_000_000) + 1) } : {}),
  });
  // A bench that is told to stop takes the product with it; the parent's exit alone would leave it running.
  const interrupted = (): void => void product.stop().finally(() => process.exit(130));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, interrupted);
  const platform = config(product.env);
  const decisions: Seen[] = [];
  const reports: (FlagReport & { readonly seenMs: number })[] = [];
  product.bus.nc.subscribe(subjects.decisions, {
    callback: (_, message) => {
      const parsed = decision.safeParse(message.json());
      if (parsed.success) decisions.push({ atMs: Date.now(), decision: parsed.data });
    },
  });
  product.bus.nc.subscribe('fh.t.*.flag.*', {
    callback: (_, message) => {
      const parsed = flagReport.safeParse(message.json());
      if (parsed.success) reports.push({ ...parsed.data, seenMs: Date.now() });
    },
  });
  const bank = (query: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${platform.controlPort('bank-a')}/${query}`);
  const until = async <T>(ms: number, find: () => T | undefined): Promise<T | undefined> => {
    for (const end = Date.now() + ms; Date.now() < end; await realClock.sleep(50)) {
      const found = find();
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const firstBad = (since: number): number | undefined => {
    const path = join(platform.data, 'bank-a.ndjson');
    if (!existsSync(path)) return undefined;
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    return lines
      .map((line) => bankLine.parse(JSON.parse(line)))
      .find((l) => l.what === 'first bad request' && l.atMs >= since)?.atMs;
  };
  // From the customers' own log: of the attempts that ended in the stretch, the share that was paid.
  const customersPaid = (fromMs: number, toMs: number): number | null => {
    const path = join(platform.data, 'customers.ndjson');
    if (!existsSync(path)) return null;
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const within = lines
      .map((line) => customersLine.parse(JSON.parse(line)))
      .filter((l) => l.atMs >= fromMs && l.atMs <= toMs);
    const first = within[0];
    const last = within.at(-1);
    if (first === undefined || last === undefined) return null;
    const paid = last.paid - first.paid;
    const ended = paid + last.failed - first.failed;
    return ended > 0 ? paid / ended : null;
  };
  const one = async (run: number) => {
    await realClock.sleep(random() * 10_000);
    const from = Date.now();
    const pagesFrom = receiver.pages.length;
    const slowMs = Math.round(20_000 + random() * 15_000);
    await bank('?ms=800');
    const t0 = await until(10_000, () => firstBad(from));
    const named = await until(15_000, () =>
      decisions.find((d) => d.atMs >= from && d.decision.type === 'incident.cause'),
    );
    const cause = named?.decision.type === 'incident.cause' ? named.decision : undefined;
    const flag = await until(5_000, () => reports.find((r) => r.seenMs >= from && r.source === 'lease'));
    await realClock.sleep(Math.max(0, from + slowMs - Date.now()));
    const healedMs = Date.now();
    const paidRatio = flag === undefined ? null : customersPaid(flag.seenMs + 2_000, healedMs);
    const heldWhileSlow = flag !== undefined && !reports.some((r) => r.seenMs > flag.seenMs && r.source !== 'lease');
    await bank('');
    const back = await until(60_000, () => reports.find((r) => r.seenMs >= healedMs && r.source === 'default'));
    const closed = await until(90_000, () =>
      decisions.find(
        ({ atMs, decision: d }) =>
          atMs >= from &&
          d.type === 'incident.state' &&
          d.incident === cause?.incident &&
          /^(resolved|closed)$/.test(d.to),
      ),
    );
    await realClock.sleep(3_000);
    const pager = receiver.pages.slice(pagesFrom).filter((page) => page.path !== '/hook');
    return {
      run,
      seed,
      rate,
      slowMs,
      causeMs: named && t0 !== undefined ? named.atMs - t0 : null,
      cause: cause?.ranking[0]?.entity ?? null,
      right: cause?.ranking[0]?.entity === platform.name('bank-a'),
      flagMs: named && flag ? flag.atMs - named.atMs : null,
      heldWhileSlow,
      paidRatio,
      backMs: back ? back.atMs - healedMs : null,
      closed: closed !== undefined,
      opened: decisions.filter((d) => d.atMs >= from && d.decision.type === 'incident.opened').length,
      pagesOpen: new Set(pager.filter((p) => p.action === 'trigger').map((p) => p.key)).size,
      pagesResolve: pager.filter((p) => p.action === 'resolve').length,
    };
  };
  try {
    await realClock.sleep(Number(values['warm-up']) * 1_000);
    const falseBefore = decisions.filter((d) => d.decision.type === 'incident.opened').length;
    const rows: Awaited<ReturnType<typeof one>>[] = [];
    for (let run = 1; run <= Number(values.runs); run++) {
      const row = await one(run);
      rows.push(row);
      if (values.out) appendFileSync(values.out, `${JSON.stringify(row)}\n`);
      out(values.json ? JSON.stringify(row) : lineOf(row));
    }
    const took = rows.map((row) => row.causeMs ?? Number.POSITIVE_INFINITY);
    const flags = rows.map((row) => row.flagMs ?? Number.POSITIVE_INFINITY);
    const holds: readonly (readonly [string, boolean])[] = [
      [`cause p50 ${quantile(took, 0.5)} ms, p95 ${quantile(took, 0.95)} ms ≤ 3000`, quantile(took, 0.95) <= 3_000],
      [`the bank first in ${rows.filter((r) => r.right).length}/${rows.length}`, rows.every((r) => r.right)],
      [`cause → flag, slowest ${Math.max(...flags)} ms ≤ 500`, Math.max(...flags) <= 500],
      ['switched while slow', rows.every((r) => r.heldWhileSlow)],
      ['switched back after recovery', rows.every((r) => r.backMs !== null)],
      ['incident closed', rows.every((r) => r.closed)],
      [`other incidents: ${falseBefore} before`, falseBefore === 0 && rows.every((r) => r.opened === 1)],
      ['one page, one resolve', rows.every((r) => r.pagesOpen === 1 && r.pagesResolve === 1)],
      [
        "customers' attempts that succeed while switched ≥ 99 %",
        rows.every((r) => r.paidRatio !== null && r.paidRatio >= 0.99),
      ],
    ];
    for (const [says, ok] of holds) out(`${ok ? 'PASS' : 'FAIL'}  ${says}`);
    return rows.length > 0 && holds.every(([, ok]) => ok) ? 0 : 1;
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, interrupted);
    await product.stop();
    receiver.close();
  }
};

// Runs by itself too: node --import tsx --conditions=@fenghuo/source bench/incident.ts --runs 1
if (/bench\/incident\.ts$/.test(process.argv[1] ?? ''))
  process.exitCode = await incidentCommand(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
