// What the suite keeps of each run: a line of NDJSON, and where the stream of its life is.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Score } from './score.ts';

export type Second = {
  readonly fault: string;
  readonly right: readonly string[];
  readonly beganMs: number | null;
  readonly t0Ms: number | null;
};
export type Row = Score & {
  readonly key: string;
  readonly fault: string;
  readonly target: string;
  readonly distractor: string | null;
  readonly seed: number;
  readonly rate: number;
  readonly right: readonly string[];
  readonly nature: string;
  readonly closed: boolean;
  /** The other fault of a run of two at once. */
  readonly second?: Second;
  /** When customers' own figures left their band, ms after the case began; null where they did not. */
  readonly feltMs: number | null;
  /** When the switch began the fault, epoch ms; null where it never did. */
  readonly beganMs: number | null;
  /** When the case began, from when its deadline ran (null where nobody felt it), and until when it was watched, epoch ms. */
  readonly fromMs: number;
  readonly t0Ms: number | null;
  readonly untilMs: number;
};

/** Files know no infinite time: what never came is null there. */
export const msOrNull = (ms: number | undefined): number | null =>
  ms !== undefined && Number.isFinite(ms) ? ms : null;

/** The rows in a file of ours, trusted as they are; none where there is no file. */
export const rowsOf = (path: string): Row[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row)
    : [];

/** Where the stream of a life is recorded, beside the results of its runs. */
export const streamOf = (path: string, seed: number): string =>
  join(path.replace(/\.ndjson$/, ''), `life-${seed}.stream.gz`);
