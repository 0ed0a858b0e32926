// `fenghuo detect FILE.csv… [--out DIR]`: recorded series through the streaming detectors. The only file here that reads a disk.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runJoint, runSingle } from './run.ts';

export type Table = {
  readonly names: string[];
  /** Epoch seconds, and the cells as they were written. */
  readonly times: number[];
  readonly stamps: string[];
  /** `columns[m][row]`, NaN where the cell is empty. */
  readonly columns: number[][];
};

const epoch = (cell: string): number =>
  /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : Date.parse(`${cell.slice(0, 10)}T${cell.slice(11, 19)}Z`) / 1000;

/** A table with time in its first column; throws with the line of the first fault. */
export const parseTable = (text: string, name: string): Table => {
  const lines = text.trim().split(/\r?\n/);
  const [first, ...names] = lines[0]!.split(',');
  if ((first !== 'timestamp' && first !== 'time') || names.length === 0)
    throw new Error(`${name}:1: expected a head such as timestamp,value or time,m1,m2`);
  const table: Table = { names, times: [], stamps: [], columns: names.map(() => []) };
  for (let row = 1; row < lines.length; row++) {
    const cells = lines[row]!.split(',');
    const time = epoch(cells[0]!);
    if (!Number.isFinite(time)) throw new Error(`${name}:${row + 1}: no time: ${cells[0]}`);
    table.times.push(time);
    table.stamps.push(cells[0]!);
    names.forEach((_, m) => {
      const cell = cells[m + 1] ?? '';
      table.columns[m]!.push(cell === '' ? Number.NaN : Number(cell));
    });
  }
  return table;
};

/** The answer to one file as CSV lines, head first. */
export const detectTable = (table: Table): string[] => {
  if (table.names.length === 1) {
    const verdicts = runSingle(table.times, table.columns[0]!);
    return [
      'timestamp,value,score,anomaly',
      ...verdicts.map(({ score, anomaly }, row) => {
        const value = table.columns[0]![row]!;
        return `${table.stamps[row]},${Number.isNaN(value) ? '' : value},${score.toFixed(6)},${anomaly}`;
      }),
    ];
  }
  return [
    'timestamp,score,anomaly,metrics',
    ...runJoint(table.names, table.times, table.columns).map(
      ({ score, anomaly, metrics }, row) => `${table.stamps[row]},${score.toFixed(6)},${anomaly},${metrics.join(' ')}`,
    ),
  ];
};

/** Files below their deepest common folder keep their place under the output folder. */
const commonFolder = (files: readonly string[]): string => {
  const parts = files.map((file) => path.dirname(path.resolve(file)).split(path.sep));
  const shared = parts[0]!.filter((part, i) =>
    parts.every((other) => other.slice(0, i + 1).join() === parts[0]!.slice(0, i + 1).join() && other[i] === part),
  );
  return shared.join(path.sep) || path.sep;
};

/** Answers the exit code: 0 done, 2 wrong use, 1 a file that could not be read. */
export const detectCommand = async (args: string[], out: (line: string) => void): Promise<number> => {
  const at = args.indexOf('--out');
  const folder = at < 0 ? undefined : args[at + 1];
  const files = at < 0 ? args : args.filter((_, i) => i !== at && i !== at + 1);
  if (files.length === 0 || (at >= 0 && folder === undefined)) {
    out('usage: fenghuo detect FILE.csv… [--out DIR]');
    return 2;
  }
  const root = commonFolder(files);
  let failed = 0;
  for (const file of files) {
    try {
      const lines = detectTable(parseTable(readFileSync(file, 'utf8'), file));
      if (folder === undefined) {
        for (const line of lines) out(line);
        continue;
      }
      const target = path.join(folder, path.relative(root, path.resolve(file)));
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, `${lines.join('\n')}\n`);
    } catch (error) {
      failed++;
      out(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (folder !== undefined) out(`${files.length - failed} of ${files.length} files written to ${folder}`);
  return failed === 0 ? 0 : 1;
};
