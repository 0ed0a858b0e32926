// A page of the incident list. The cursor names a place in its order, so what opens meanwhile moves nothing. Pure.
import type { Incident } from '@fenghuo/rules/contract';

export type Page = { readonly items: readonly Incident[]; readonly nextCursor: string | null };
type Place = { readonly openedMs: number; readonly id: string };

/** Newest first; those of one instant by id, so that the order is total. */
export const byNewest = (a: Place, b: Place): number =>
  b.openedMs - a.openedMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const cursorOf = ({ openedMs, id }: Place): string => Buffer.from(`${openedMs}.${id}`).toString('base64url');
const placeOf = (cursor: string): Place | undefined => {
  const [, openedMs, id] = /^(\d+)\.(.+)$/s.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  return openedMs === undefined || id === undefined ? undefined : { openedMs: Number(openedMs), id };
};

/** The incidents after the cursor, at most `limit`; undefined where the cursor is none. `sorted` is in the order of `byNewest`. */
export const page = (sorted: readonly Incident[], cursor: string | undefined, limit: number): Page | undefined => {
  const after = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && after === undefined) return undefined;
  const rest = after === undefined ? sorted : sorted.filter((one) => byNewest(one, after) > 0);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rest.length > limit && last !== undefined ? cursorOf(last) : null };
};
