// Which figures rush toward a limit that is told beside them, kept frame by frame: a fleet has too many that stir for a look through them all.
import { limits } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';

/** Samples in a row that each rose: what is collected now and then falls in between. */
export const RISES = 5;
/** A limit that is further away than this at the pace of these samples is the preventive checks' matter. */
const LEFT_MS_MAX = 60_000;

/** How long until a figure reaches `limit` if it goes on as in its last samples, ms; undefined where it does not rise from each to the next. */
export const leftMs = (values: ArrayLike<number>, limit: number): number | undefined => {
  const first = values.length - 1 - RISES;
  if (first < 0 || !(limit > 0)) return undefined;
  for (let i = first; i < values.length - 1; i++) if (!(values[i + 1]! > values[i]!)) return undefined;
  const [from, last] = [values[first]!, values[values.length - 1]!];
  return (Math.max(0, limit - last) / ((last - from) / RISES)) * limits.tickMs;
};

/** A figure, and the one that tells its limit. */
export type Limited = { readonly one: Series; readonly limit: Series };

export class Rushing {
  /** Those that were out of their band in their last frame and would be at their limit within the minute. */
  readonly now = new Set<Series>();
  private readonly bySchema = new Map<string, readonly Limited[]>();

  /** @param limited figures that frames of this schema bring, with their limits */
  learn(schema: string, limited: readonly Limited[]): void {
    if (limited.length > 0) this.bySchema.set(schema, limited);
  }

  /** A frame was taken in. */
  take(schema: string, { active, bank }: Watch): void {
    for (const { one, limit } of this.bySchema.get(schema) ?? []) {
      const left = active.has(one.index) ? leftMs(bank.values(one.index), limit.last) : undefined;
      if (left !== undefined && left <= LEFT_MS_MAX) this.now.add(one);
      else this.now.delete(one);
    }
  }

  /** Forgets series that are watched no longer. */
  prune(isWatched: (one: Series) => boolean): void {
    for (const one of this.now) if (!isWatched(one)) this.now.delete(one);
    for (const [schema, all] of this.bySchema) if (!all.some(({ one }) => isWatched(one))) this.bySchema.delete(schema);
  }
}
