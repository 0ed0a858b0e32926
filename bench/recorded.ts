// Folders of labelled series through the detectors: what the benches of series have in common.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type BankOptions, parseTable, runJoint, runSingle, type Table, type Verdict } from '@fenghuo/analyzer/detect';
import { countEvents, nabScore, noCounts, type Row, ratesOf, type Segment, warmUp, worthsOf } from './scoring.ts';

type Labels = Readonly<Record<string, readonly Segment[]>>;
export type Run = {
  readonly file: string;
  readonly table: Table;
  readonly segments: readonly Segment[];
  readonly rows: Row[];
  readonly verdicts: readonly Verdict[];
};

/** The folder's own labels; the guarantee is the format stated in its README. */
const readLabels = (file: string): Labels => JSON.parse(readFileSync(file, 'utf8')) as Labels;

/** One labelled table; the detectors run with `options` instead of the product's only where a bench asks what others would do. */
const runFile = (folder: string, file: string, segments: readonly Segment[], options: Partial<BankOptions>): Run => {
  const table = parseTable(readFileSync(path.join(folder, file), 'utf8'), file);
  const verdicts =
    table.names.length === 1
      ? runSingle(table.times, table.columns[0]!, options)
      : runJoint(table.names, table.times, table.columns, options);
  const rows = verdicts.map(({ score, anomaly }, i) => ({ time: table.times[i]!, score, anomaly: anomaly === 1 }));
  return { file, table, segments, rows, verdicts };
};

/** Rows that are scored: after the warm-up, and where a learning part is unlabelled (several metrics) after that. */
export const fromOf = ({ table, rows }: Run): number =>
  table.names.length > 1 ? Math.floor(rows.length * (2 / 3)) : warmUp(rows.length);

export const eventsOf = (runs: readonly Run[], decide: (run: Run, row: number) => boolean, from = fromOf) => {
  const counts = noCounts();
  for (const run of runs) {
    const start = from(run);
    const rows = run.rows.slice(start).map((row, i) => ({ ...row, anomaly: decide(run, start + i) }));
    countEvents(rows, run.segments, counts);
  }
  return ratesOf(counts);
};

/** Names of the sets below `root`: folders with a labels.json. */
export const setsOf = (root: string): string[] =>
  readdirSync(root)
    .sort()
    .filter((name) => existsSync(path.join(root, name, 'labels.json')));

/** Every series of a set. */
export const runSet = (root: string, name: string, options: Partial<BankOptions> = {}): Run[] =>
  Object.entries(readLabels(path.join(root, name, 'labels.json'))).map(([file, segments]) =>
    runFile(path.join(root, name), file, segments, options),
  );

/** NAB's standard score, with the threshold that is best for it and with the detectors' own decision. */
export const nabOf = (runs: readonly Run[]) => {
  const worths = runs.flatMap((run) => worthsOf(run.file, run.rows, run.segments));
  const windows = runs.reduce((sum, run) => sum + run.segments.length, 0);
  const decided = worths.map((row) => ({ ...row, score: row.anomaly ? 1 : 0 }));
  return { ...nabScore(worths, windows), fixed: nabScore(decided, windows, 1).score, windows };
};
