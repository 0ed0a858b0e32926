// `bench suite-replay RESULTS.ndjson…`: recorded lives of the suite through the engine as it is now, judged like the live runs.
// What services reported of leases is held against what was decided live. With `--live` it is what was decided live that is judged, by the truth as it is read now.
// With `--shuffle SEED,…` each life is replayed under other names as well, and every decision must be the same.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Input } from '@fenghuo/analyzer/engine';
import { truths } from '../examples/takeaway/truth.ts';
import type { Seen } from './incident/witness.ts';
import { again, type Whole } from './suite/again.ts';
import { expectedOf } from './suite/deadline.ts';
import { flagsOf, type Held, leasesHold, leasesOf, madeLive } from './suite/leases.ts';
import { recorded } from './suite/record.ts';
import { msOrNull, type Row, rowsOf, streamOf } from './suite/rows.ts';
import { type Expected, score, scoreBoth } from './suite/score.ts';
import { namesIn, plain, shuffled } from './suite/shuffle.ts';
import { brief, table, verdict } from './suite/table.ts';
import { told } from './suite/told.ts';

type Out = (line: string) => void;
const within = <S extends { readonly atMs: number }>(seen: readonly S[], { fromMs, untilMs }: Row): S[] =>
  seen.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);

const whole = async (stream: string): Promise<Whole> => {
  const { rules, inputs } = await recorded(stream);
  const read: Input[] = [];
  for await (const input of inputs) read.push(input);
  return { rules, inputs: read };
};

/** A run by what was decided, the truth that it was judged by live and the samples of the recording. */
const judged = (row: Row, seen: readonly Seen[], recording: Whole): Row => {
  const run = { ...row, feltMs: row.feltMs === null ? Number.POSITIVE_INFINITY : row.fromMs + row.feltMs };
  const expectedBy = ({ fault, right, beganMs }: Pick<Row, 'fault' | 'right' | 'beganMs'>): Expected =>
    expectedOf(truths[fault]!, { right, beganMs: beganMs ?? undefined }, run, recording);
  const expected = expectedBy(row);
  const decided = within(seen, row);
  const scored =
    row.second === undefined
      ? score(decided, expected, row.pages)
      : scoreBoth(decided, [expected, expectedBy(row.second)], row.pages);
  return { ...row, t0Ms: msOrNull(expected.fromMs), ...scored };
};

/** Cases of one life whose decisions are the same under other names; the first difference of each other one is told. */
const same = async (
  stream: string,
  rows: readonly Row[],
  seen: readonly Seen[],
  seed: number,
  out: Out,
): Promise<number> => {
  const { recording, back } = shuffled(await recorded(stream), await namesIn(await recorded(stream)), seed);
  const before = seen.map(({ atMs, decision }) => ({ atMs, text: plain(decision) }));
  const after = (await again(recording)).map(({ atMs, decision }) => ({ atMs, text: back(decision) }));
  let alike = 0;
  for (const row of rows) {
    const [was, is] = [within(before, row), within(after, row)];
    const at = was.findIndex(({ text }, i) => text !== is[i]?.text);
    if (at < 0 && was.length === is.length) alike++;
    else {
      const i = at < 0 ? was.length : at;
      out(`DIFFERS  ${row.key}, names by seed ${seed}, decision ${i + 1} of ${was.length} (${is.length})`);
      out(`  was ${was[i]?.text ?? 'nothing'}`);
      out(`  is  ${is[i]?.text ?? 'nothing'}`);
    }
  }
  return alike;
};

/** Exit 0 when everything that the issue asks holds over the replayed runs, 1 when something does not. */
export const suiteReplayCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { log: { type: 'boolean' }, live: { type: 'boolean' }, shuffle: { type: 'string' } },
  });
  const seeds = values.shuffle?.split(',').map(Number) ?? [];
  const rows: Row[] = [];
  const held: Held[] = [];
  let [alike, shuffles] = [0, 0];
  for (const path of positionals) {
    const all = rowsOf(path);
    for (const life of new Set(all.map((row) => row.seed))) {
      const of = all.filter((one) => one.seed === life);
      const stream = streamOf(path, life);
      if (!existsSync(stream)) {
        out(`no recording of the life by seed ${life}: ${of.map(({ key }) => key).join(', ')} cannot be replayed`);
        continue;
      }
      const recording = await whole(stream);
      const made = madeLive(dirname(stream));
      const seen = values.live === true ? made : await again(recording);
      held.push(
        ...leasesOf(
          await flagsOf(await recorded(stream)),
          made.map(({ decision }) => decision),
        ),
      );
      for (const row of of) {
        const now = judged(row, seen, recording);
        rows.push(now);
        if (seeds.length === 0) out(brief(now));
        if (values.log === true)
          for (const { atMs, decision } of within(seen, row))
            out(`  ${((atMs - (now.t0Ms ?? now.fromMs)) / 1_000).toFixed(1)} s ${told(decision)}`);
      }
      for (const seed of seeds) alike += await same(stream, of, seen, seed, out);
      shuffles += seeds.length * of.length;
    }
  }
  const holds =
    seeds.length > 0
      ? ([
          [`${alike} of ${shuffles} replays under other names decide the same, byte for byte`, alike === shuffles],
        ] as const)
      : [...verdict(rows), leasesHold(held)];
  if (seeds.length === 0) for (const line of table(rows)) out(line);
  for (const [says, ok] of holds) out(`${ok ? 'PASS' : 'FAIL'}  ${says}`);
  return rows.length > 0 && holds.every(([, ok]) => ok) ? 0 : 1;
};
