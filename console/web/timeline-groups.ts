// Runs of explained symptoms and of figures fold into one line each, so that the turns of the story stand out. Pure.
import type { IncidentDocument } from '../server/api.ts';

type Entry = IncidentDocument['timeline'][number];
type Group = { readonly type: string; readonly entries: readonly [Entry, ...Entry[]] };
/** Types of which a run is one line, and what the line says. */
export const folded: Readonly<Record<string, 'explained' | 'left'>> = {
  'incident.inhibited': 'explained',
  'anomaly.detected': 'left',
  'anomaly.ended': 'left',
};
/** Neighbours of a foldable type become one group. */
export const grouped = (entries: readonly Entry[]): readonly Group[] => {
  const groups: Group[] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last !== undefined && last.type === entry.type && folded[entry.type] !== undefined)
      groups[groups.length - 1] = { type: last.type, entries: [...last.entries, entry] };
    else groups.push({ type: entry.type, entries: [entry] });
  }
  return groups;
};
