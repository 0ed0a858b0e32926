// `bench suite-replay RESULTS.ndjson…`: recorded lives of the suite through the engine as it is now, judged like the live runs.
// Exact where the engine decides as it did; where it acts otherwise than it did live, the platform's answer is missing.
import { parseArgs } from 'node:util';
import { createEngine, type Engine, type Input, step } from '@fenghuo/analyzer/engine';
import { deadlineMs, truths } from '../examples/takeaway/truth.ts';
import type { Seen } from './incident/witness.ts';
import { recorded } from './suite/record.ts';
import { type Row, rowsOf, streamOf } from './suite/rows.ts';
import { score } from './suite/score.ts';
import { brief, table, verdict } from './suite/table.ts';

/** What the suite asked to be closed is what is open now: another engine may have numbered it otherwise. */
const renamed = (engine: Engine, input: Input): readonly Input[] =>
  input.kind === 'command' && input.command.by === 'suite' && input.command.verb === 'resolve'
    ? [...engine.files.keys()].map((incident) => ({
        ...input,
        command: { ...input.command, incident } as typeof input.command,
      }))
    : [input];

const again = async (path: string): Promise<Seen[]> => {
  const { rules, inputs } = await recorded(path);
  const engine = createEngine(rules, { partition: 0, act: 'on' });
  const seen: Seen[] = [];
  for await (const input of inputs)
    for (const one of renamed(engine, input))
      for (const decision of step(engine, one).decisions)
        seen.push({ atMs: decision.atMs, decision: structuredClone(decision) });
  return seen;
};

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
      const seen = await again(streamOf(path, seed));
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

const told = (d: Seen['decision']): string => {
  switch (d.type) {
    case 'incident.opened':
      return `opened ${d.title.en}`;
    case 'incident.cause':
      return [
        `CAUSE ${d.cause.entity} ${d.cause.kind} ${d.cause.confidence.toFixed(2)}: ${d.cause.reason.en}`,
        ...d.ranking.map((s) => `        ${s.score.toFixed(2)} ${s.entity} ${s.metric}: ${s.why.en}`),
      ].join('\n');
    case 'action.state':
    case 'incident.state':
      return `${d.type} ${d.to}: ${d.why.en}`;
    case 'anomaly.detected':
      return `joined ${d.anomaly.caller ?? ''} ${d.anomaly.entity} ${d.anomaly.metric} ${d.anomaly.stat ?? ''} ${d.anomaly.seen} exp ${d.anomaly.expected}`;
    default:
      return d.type;
  }
};
