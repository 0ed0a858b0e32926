// The suite's results as the table that the docs show: a row a fault, and what must hold over all of them.
import type { Row } from './rows.ts';

/** From the switch to the first right naming: longer than from the first bad sample, by the way from the one to the other. */
const sinceBegan = ({ rightAfterMs, t0Ms, beganMs }: Row): number | null =>
  rightAfterMs === null || t0Ms === null || beganMs === undefined || beganMs === null
    ? null
    : rightAfterMs + t0Ms - beganMs;

/** A run in one line. */
export const brief = (row: Row): string =>
  [
    `${row.top1 ? 'right' : 'WRONG'}  ${row.key.padEnd(20)} on ${row.target}${row.distractor ? ` beside ${row.distractor}` : ''}${row.second ? ` with ${row.second.fault}` : ''}:`,
    `first ${row.first ?? 'nobody'}, last ${row.last ?? 'nobody'} (${row.kind ?? '–'}${row.kindRight ? '' : ', kind wrong'}),`,
    `right after ${row.rightAfterMs ?? '–'} ms (${sinceBegan(row) ?? '–'} ms from the switch)${row.inTime ? '' : ' LATE'}, opened ${row.opened}, pages ${row.pages},`,
    `actions ${row.verified}/${row.undone}/${row.actions}${row.closed ? '' : ', NOT CLOSED'}`,
  ].join(' ');

const share = (rows: readonly Row[], is: (row: Row) => boolean): string => `${rows.filter(is).length}/${rows.length}`;
const seconds = (ms: number | null): string => (ms === null ? '–' : `${(ms / 1_000).toFixed(1)} s`);
const sum = (rows: readonly Row[], of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);

/** Markdown: runs, right at once, among three, kind, in time, slowest right naming, incidents too many, what was named instead. */
export const table = (rows: readonly Row[]): string[] => {
  const nameOf = ({ fault, second }: Row): string => (second === undefined ? fault : 'two at once');
  const faults = [...new Set(rows.map(nameOf))].sort();
  const cells = (of: readonly Row[], name: string): string => {
    const took = of.flatMap((row) => (row.rightAfterMs === null ? [] : [row.rightAfterMs]));
    const since = of.flatMap((row) => sinceBegan(row) ?? []);
    const wrong = [...new Set(of.filter((row) => !row.top1).map((row) => row.first ?? 'nobody'))];
    return [
      '',
      name,
      of.length,
      share(of, (r) => r.top1),
      share(of, (r) => r.top3),
      share(of, (r) => r.kindRight),
      share(of, (r) => r.inTime),
      took.length === 0 ? '–' : seconds(Math.max(...took)),
      since.length === 0 ? '–' : seconds(Math.max(...since)),
      sum(of, (r) => r.extra),
      `${sum(of, (r) => r.verified)}/${sum(of, (r) => r.undone)}/${sum(of, (r) => r.actions)}`,
      wrong.join(', '),
      '',
    ]
      .join(' | ')
      .trim();
  };
  return [
    '| fault | runs | top-1 | top-3 | kind | in time | slowest | from the switch | extra incidents | actions verified/undone/applied | named first where wrong |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...faults.map((fault) =>
      cells(
        rows.filter((row) => nameOf(row) === fault),
        fault,
      ),
    ),
    cells(rows, '**all**').replace(/\| [^|]*\|$/, '| |'),
  ];
};

/** What the issue asks of all runs together; each with whether it holds. */
export const verdict = (rows: readonly Row[]): readonly (readonly [says: string, holds: boolean])[] => {
  const of = (says: string, is: (row: Row) => boolean, least: number): readonly [string, boolean] => {
    const ratio = rows.filter(is).length / Math.max(1, rows.length);
    return [`${says} ${(100 * ratio).toFixed(0)} % ≥ ${100 * least} %`, ratio >= least];
  };
  const extra = sum(rows, (r) => r.extra);
  return [
    [
      `${rows.length} runs ≥ 40, ${rows.filter((r) => r.distractor !== null).length} with a distractor`,
      rows.length >= 40,
    ],
    of('top-1', (r) => r.top1, 0.95),
    of('top-3', (r) => r.top3, 1),
    of('kind', (r) => r.kindRight, 0.9),
    of('in time', (r) => r.inTime, 0.95),
    [`incidents too many: ${extra}`, extra === 0],
    of('pages = incidents', (r) => r.pages === r.opened, 1),
    of('closed afterwards', (r) => r.closed, 1),
    [
      `actions applied ${sum(rows, (r) => r.actions)}, undone ${sum(rows, (r) => r.undone)}, left over ${sum(rows, (r) => r.dangling)}`,
      sum(rows, (r) => r.dangling) === 0,
    ],
  ];
};
