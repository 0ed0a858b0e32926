// When customers began to feel it, by their own log and by the KPIs as the live view shows them; and whether they are well.
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const line = z.object({ atMs: z.number(), paid: z.number(), failed: z.number(), ms: z.number() });
type Second = { readonly atMs: number; readonly ended: number; readonly failed: number; readonly meanMs: number };

/** Share of failures in a second, and slowness beside the stretch before, from which it is a figure out of its band. */
const FAILED_MIN = 0.05;
const SLOWER = 2;
const SLOWER_MS = 100;
const BEFORE_MS = 20_000;
/** A second with fewer orders ended says nothing. */
const ENDED_MIN = 3;

const secondsOf = (path: string): Second[] => {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').trim().split('\n').slice(-300);
  const parsed = lines.filter((text) => text !== '').map((text) => line.parse(JSON.parse(text)));
  return parsed.slice(1).map((now, i) => {
    const before = parsed[i]!;
    const failed = now.failed - before.failed;
    const ended = now.paid - before.paid + failed;
    return { atMs: now.atMs, ended, failed, meanMs: ended === 0 ? 0 : (now.ms - before.ms) / ended };
  });
};

/** The end of the first second at or after `sinceMs` that was out of its band; undefined where none was. */
export const feltAt = (path: string, sinceMs: number): number | undefined => {
  const seconds = secondsOf(path);
  const usual = seconds
    .filter((s) => s.atMs < sinceMs && s.atMs >= sinceMs - BEFORE_MS && s.ended > 0)
    .map((s) => s.meanMs)
    .sort((a, b) => a - b);
  const middle = usual[Math.floor(usual.length / 2)] ?? Number.POSITIVE_INFINITY;
  return seconds.find(
    (s) =>
      s.atMs >= sinceMs &&
      s.ended >= ENDED_MIN &&
      (s.failed > FAILED_MIN * s.ended || s.meanMs > Math.max(SLOWER * middle, middle + SLOWER_MS)),
  )?.atMs;
};

/** Whether nobody failed in the last `count` seconds. */
export const areWell = (path: string, count: number): boolean => {
  const last = secondsOf(path).slice(-count);
  return last.length === count && last.every((s) => s.failed === 0);
};
