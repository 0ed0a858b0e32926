// `bench suite-replay RESULTS.ndjson…`: recorded lives of the suite through the engine as it is now, judged like the live runs.
// Exact where the engine decides as it did; where it acts otherwise than it did live, the platform's answer is missing.
import { parseArgs } from 'node:util';
import { deadlineMs, truths } from '../examples/takeaway/truth.ts';
import { again } from './suite/again.ts';
import { recorded } from './suite/record.ts';
import { type Row, rowsOf, streamOf } from './suite/rows.ts';
import { score } from './suite/score.ts';
import { brief, table, verdict } from './suite/table.ts';
import { told } from './suite/told.ts';

/** Exit 0 when everything that the issue asks holds over the replayed runs, 1 when something does not. */
export const suiteReplayCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { log: { type: 'boolean' } },
  });
  const rows: Row[] = [];
  for (const path of positionals) {
    const all = rowsOf(path);
    for (const seed of new Set(all.map((row) => row.seed))) {
      const seen = await again(await recorded(streamOf(path, seed)));
      for (const row of all.filter((one) => one.seed === seed)) {
        const { fromMs, untilMs, t0Ms } = row;
        const of = seen.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
        const truth = truths[row.fault]!;
        const expected = {
          right: row.right,
          kinds: truth.kinds,
          fromMs: t0Ms ?? undefined,
          deadlineMs: deadlineMs[truth.nature],
        };
        const now = { ...row, ...score(of, expected, row.pages) };
        rows.push(now);
        out(brief(now));
        if (values.log === true)
          for (const { atMs, decision } of of)
            out(`  ${((atMs - (t0Ms ?? fromMs)) / 1_000).toFixed(1)} s ${told(decision)}`);
      }
    }
  }
  for (const line of table(rows)) out(line);
  const holds = verdict(rows);
  for (const [says, ok] of holds) out(`${ok ? 'PASS' : 'FAIL'}  ${says}`);
  return holds.every(([, ok]) => ok) ? 0 : 1;
};
