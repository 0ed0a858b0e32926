// Figures that the receivers make themselves (of spans, of logs), a second at a time: they enter the source as any sender's samples do.
import type { Column, Resource } from '@fenghuo/rules/contract';
import { resourceKey } from './describe.ts';
import type { Source } from './source.ts';

export type Figure = Omit<Column, 'id'> & { readonly value: number };

const NONE = -1;

export class Figures {
  /** Figures for which the source has no room, by reason, since the last look. */
  readonly refused = new Map<'series_limit' | 'probes_limit', number>();
  private readonly source: Source;
  private readonly slots = new Map<string, number>();

  constructor(source: Source) {
    this.source = source;
  }

  /** Puts one figure of a resource in; the source must have begun. Answers its series, or -1. @param key `figureKey` of both, where the caller keeps it */
  put(resource: Resource, timeMs: number, { value, ...column }: Figure, key = figureKey(resource, column)): number {
    let slot = this.slots.get(key);
    if (slot === undefined) {
      const added = this.source.add({ resource, column });
      if (typeof added !== 'number') {
        this.refused.set(added, (this.refused.get(added) ?? 0) + 1);
        return NONE;
      }
      slot = added;
      this.slots.set(key, slot);
    }
    this.source.sample(slot, timeMs, value);
    return slot;
  }

  /** Series that the source let go. */
  forget(gone: ReadonlySet<number>): void {
    for (const [key, slot] of this.slots) if (gone.has(slot)) this.slots.delete(key);
  }
}

/** What tells a figure from all others. */
export const figureKey = (resource: Resource, column: Omit<Column, 'id'>): string =>
  `${resourceKey(resource)}\u0000${column.metric}\u0000${column.stat ?? ''}\u0000${JSON.stringify(column.attributes)}`;
