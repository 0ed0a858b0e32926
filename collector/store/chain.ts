// Exactly once, by a chain: every insert names the sequence that it follows, and only one insert may follow a sequence.
import { OpsError } from '@fenghuo/kit';
import type { Store } from './client.ts';

/** Tables that are filled from a stream in its order, and the column that says how far. */
const columnOf = { frames: 'seq', rollup_1m: 'upto', rollup_1h: 'upto' } as const;
export type ChainTable = keyof typeof columnOf;

/** 16 hex digits as the decimal text that a UInt64 parameter takes. */
export const uint64 = (hex16: string): string => BigInt(`0x${hex16}`).toString();

/** The token under which ClickHouse takes one insert and ignores every further one: the place in the chain. */
export const tokenAfter = (stream: string, after: number): string => `${stream}-after-${after}`;

/** Highest sequence of `stream` (16 hex digits) that the table holds, `above` where it holds none beyond it. */
export const storedUpTo = async (store: Store, table: ChainTable, stream: string, above: number): Promise<number> => {
  const [row] = await store.rows<{ last: string }>(
    `SELECT max(${columnOf[table]}) AS last FROM ${table} WHERE stream = {stream: UInt64} AND ${columnOf[table]} > {above: UInt64}`,
    { stream: uint64(stream), above },
  );
  return Math.max(above, Number(row?.last ?? 0));
};

/** Where the chain ends, also when all its rows have expired: what was noted, and what came since. */
export const chainEnd = async (store: Store, table: ChainTable, stream: string): Promise<number> => {
  const [row] = await store.rows<{ noted: string }>(
    'SELECT max(seq) AS noted FROM positions WHERE stream = {stream: UInt64} AND of = {table: String}',
    { stream: uint64(stream), table },
  );
  return storedUpTo(store, table, stream, Number(row?.noted ?? 0));
};

/** Notes where the chain of a table stood at the least: a lower bound, so it may lag and may be repeated. */
export const noteEnd = (store: Store, table: ChainTable, stream: string, seq: number): Promise<void> =>
  store.insertRows('positions', [{ stream: uint64(stream), of: table, seq }], `${table}-${stream}-${seq}`);

/**
 * Appends to a chain by `insert` (one block, under the token it is handed) and answers where the chain ends now: where our own
 * block ends, or elsewhere when another insert after the same sequence was first and ours was ignored.
 */
export const append = async (
  store: Store,
  table: ChainTable,
  stream: string,
  after: number,
  insert: (token: string) => Promise<void>,
): Promise<number> => {
  await insert(tokenAfter(stream, after));
  const end = await storedUpTo(store, table, stream, after);
  if (end === after)
    throw new OpsError('store_refused', `${table} holds nothing after ${after}, though it was inserted`);
  return end;
};
