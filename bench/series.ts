// `npm run bench:series -- DIR [--peers]`: the whole table of a folder of labelled series, and how reliable stated probabilities are.
// Every folder below DIR with a labels.json is a set; the detectors run as they run live, one configuration for all.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseTable, runJoint, runSingle, type Table } from '@fenghuo/analyzer/detect';
import { begunOf, generated, reliabilityOf } from './calibration.ts';
import { rollingMad, strongestThree } from './peers.ts';
import { countEvents, nabScore, noCounts, type Row, ratesOf, type Segment, warmUp, worthsOf } from './scoring.ts';

/** Generated series of each kind and step, and their length. */
const GENERATED_EACH = 12;
const GENERATED_SAMPLES = 12_000;

type Labels = Readonly<Record<string, readonly Segment[]>>;
type Run = {
  readonly file: string;
  readonly table: Table;
  readonly segments: readonly Segment[];
  readonly rows: Row[];
  readonly chances: number[];
};

/** The folder's own labels; the guarantee is the format stated in its README. */
const readLabels = (file: string): Labels => JSON.parse(readFileSync(file, 'utf8')) as Labels;

const runFile = (folder: string, file: string, segments: readonly Segment[]): Run => {
  const table = parseTable(readFileSync(path.join(folder, file), 'utf8'), file);
  const verdicts =
    table.names.length === 1
      ? runSingle(table.times, table.columns[0]!)
      : runJoint(table.names, table.times, table.columns);
  const rows = verdicts.map(({ score, anomaly }, i) => ({ time: table.times[i]!, score, anomaly: anomaly === 1 }));
  return { file, table, segments, rows, chances: verdicts.map(({ probability }) => probability) };
};

/** Rows that are scored: after the warm-up, and where a learning part is unlabelled (several metrics) after that. */
const fromOf = ({ table, rows }: Run): number =>
  table.names.length > 1 ? Math.floor(rows.length * (2 / 3)) : warmUp(rows.length);

const eventsOf = (runs: readonly Run[], decide: (run: Run, row: number) => boolean, from = fromOf) => {
  const counts = noCounts();
  for (const run of runs) {
    const start = from(run);
    const rows = run.rows.slice(start).map((row, i) => ({ ...row, anomaly: decide(run, start + i) }));
    countEvents(rows, run.segments, counts);
  }
  return ratesOf(counts);
};

type Rates = ReturnType<typeof ratesOf>;
const told = (name: string, r: Rates): string =>
  `  ${name.padEnd(34)} F1 ${r.f1.toFixed(3)}  precision ${r.precision.toFixed(2)}  recall ${r.recall.toFixed(2)}  false a day ${r.falseADay.toFixed(3)}  noise ${r.noise.toFixed(4)}`;

/** The baseline with the window and the threshold that are best in hindsight, which favours it. */
const peerOf = (runs: readonly Run[]): string => {
  let best = { rates: ratesOf(noCounts()), name: 'rolling median and MAD' };
  for (const window of [50, 100, 168, 288, 336]) {
    const z = new Map(
      runs.map((run) => [run, strongestThree(run.table.columns.map((column) => rollingMad(column, window)))]),
    );
    for (const threshold of [3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 20, 22, 25, 28]) {
      const rates = eventsOf(runs, (run, row) => z.get(run)![row]! >= threshold);
      if (rates.f1 > best.rates.f1) best = { rates, name: `rolling median and MAD ${window}, ${threshold}` };
    }
  }
  return told(best.name, best.rates);
};

const [root = '.', ...flags] = process.argv.slice(2);
const out = (line: string) => process.stdout.write(`${line}\n`);
const all: Run[] = [];
for (const name of readdirSync(root).sort()) {
  const labels = path.join(root, name, 'labels.json');
  if (!existsSync(labels)) continue;
  const runs = Object.entries(readLabels(labels)).map(([file, segments]) =>
    runFile(path.join(root, name), file, segments),
  );
  all.push(...runs);
  const worths = runs.flatMap((run) => worthsOf(run.file, run.rows, run.segments));
  const windows = runs.reduce((sum, run) => sum + run.segments.length, 0);
  const { score, threshold } = nabScore(worths, windows);
  const fixed = nabScore(
    worths.map((row) => ({ ...row, score: row.anomaly ? 1 : 0 })),
    windows,
    1,
  );
  out(`${name}: ${runs.length} series, ${windows} segments`);
  out(
    `  NAB standard, best threshold ${threshold.toFixed(4)}: ${score.toFixed(1)}; with the fixed decision: ${fixed.score.toFixed(1)}`,
  );
  out(
    told(
      'fixed decision',
      eventsOf(runs, (run, row) => run.rows[row]!.anomaly),
    ),
  );
  out(
    told(
      `score >= ${threshold.toFixed(4)}`,
      eventsOf(runs, (run, row) => run.rows[row]!.score >= threshold),
    ),
  );
  if (flags.includes('--peers')) out(peerOf(runs));
}
const recorded = all.flatMap((run) => begunOf(run.rows, run.chances, run.segments, fromOf(run)));
const parts = { 'recorded series': recorded, 'generated series': generated(1, GENERATED_EACH, GENERATED_SAMPLES) };
for (const [name, begun] of [...Object.entries(parts), ['both', Object.values(parts).flat()] as const]) {
  const { lines, falseAt99 } = reliabilityOf(begun);
  out(`reliability of the stated probability at the beginning of an alarm, ${name}:`);
  for (const line of lines) out(line);
  out(`  false among those stated .99 and more: ${(100 * falseAt99).toFixed(1)} % (at most 2 %)`);
}
