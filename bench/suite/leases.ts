// What services themselves said of the values that they held under a lease, against what the engine had decided: nothing may hold for longer.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Decision, FlagReport } from '@fenghuo/rules/contract';
import type { Seen } from '../incident/witness.ts';
import type { Recording } from './record.ts';

export type Held = {
  readonly action: string;
  readonly key: string;
  readonly probe: string;
  /** How long the value held, ms; null where the service never said that it was over. */
  readonly heldMs: number | null;
  /** From the engine's last word on the action to the service's, ms, at least 0; null where either is missing. */
  readonly afterMs: number | null;
  readonly leaseMs: number;
};
type Flag = { readonly atMs: number; readonly report: FlagReport };

/** The engine lets go with one of these; a value that holds on has a lease left, no more. */
const LET_GO = new Set(['undoing', 'undone', 'expired', 'failed', 'refused']);

/** Every lease that a service reported, in order. A service says so once when a value begins and once when it is over. */
export const leasesOf = (flags: readonly Flag[], decisions: readonly Decision[]): readonly Held[] => {
  const lease = new Map<string, number>();
  const letGo = new Map<string, number>();
  for (const d of decisions) {
    if (d.type === 'action.planned') lease.set(d.action.id, d.action.leaseMs);
    if (d.type === 'action.state' && LET_GO.has(d.to) && !letGo.has(d.action)) letGo.set(d.action, d.atMs);
  }
  const held: Held[] = [];
  const open = new Map<string, Flag>();
  const end = ({ atMs: fromMs, report: { action = '', key, probe } }: Flag, atMs: number | null): void => {
    const gone = letGo.get(action);
    const afterMs = atMs === null || gone === undefined ? null : Math.max(0, atMs - gone);
    const heldMs = atMs === null ? null : atMs - fromMs;
    held.push({ action, key, probe, heldMs, afterMs, leaseMs: lease.get(action) ?? 0 });
  };
  for (const flag of flags) {
    const { probe, key, source, action } = flag.report;
    const where = `${probe} ${key}`;
    const before = open.get(where);
    if (before !== undefined && source === 'lease' && before.report.action === action) continue;
    if (before !== undefined) end(before, flag.atMs);
    open.delete(where);
    if (source === 'lease') open.set(where, flag);
  }
  for (const flag of open.values()) end(flag, null);
  return held;
};

/** Whether each ended, and within what was left of its lease when the engine let go. */
export const leasesHold = (held: readonly Held[]): readonly [says: string, holds: boolean] => {
  const longest = Math.max(0, ...held.map(({ afterMs }) => afterMs ?? 0));
  const outlived = held.filter(({ heldMs, afterMs, leaseMs }) => heldMs === null || (afterMs ?? 0) > leaseMs);
  const says = `leases that services reported: ${held.length}, over at most ${(longest / 1_000).toFixed(1)} s after the engine let go, outlived: ${outlived.length}`;
  return [says, outlived.length === 0];
};

/** The flags of a recorded life. */
export const flagsOf = async ({ inputs }: Recording): Promise<readonly Flag[]> => {
  const flags: Flag[] = [];
  for await (const input of inputs) if (input.kind === 'flag') flags.push({ atMs: input.atMs, report: input.report });
  return flags;
};

/** The decisions of a life as they were made and seen live, from the logs of its cases; our own files, trusted as they are. */
export const madeLive = (folder: string): readonly Seen[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.ndjson'))
        .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { readonly seenMs: number; readonly decision: Decision })
        .map(({ seenMs, decision }) => ({ atMs: seenMs, decision }))
        .sort((a, b) => a.atMs - b.atMs)
    : [];
