// Series by the entity that they speak of and by who calls it, so that a look around one incident costs what stands around it, not the fleet.
import { put, take } from './lists.ts';
import type { SeriesMeta } from './types.ts';

type Placed = { meta: SeriesMeta };

/** Kept as series come, are renamed and go: an entity's list is looked up, never searched for. */
export class Places<S extends Placed> {
  private readonly about = new Map<string, S[]>();
  private readonly calling = new Map<string, S[]>();

  add(one: S): void {
    put(this.about, one.meta.entity, one);
    if (one.meta.caller !== undefined) put(this.calling, one.meta.caller, one);
  }

  /** The series is found to speak of another entity than was thought. */
  rename(one: S, entity: string): void {
    if (one.meta.entity === entity) return;
    this.remove(one);
    one.meta = { ...one.meta, entity };
    this.add(one);
  }

  remove(one: S): void {
    take(this.about, one.meta.entity, one);
    if (one.meta.caller !== undefined) take(this.calling, one.meta.caller, one);
  }

  /** Figures of an entity, those that its callers have of it included. */
  of(entity: string): readonly S[] {
    return this.about.get(entity) ?? [];
  }

  /** Figures that an entity has of whom it calls. */
  by(caller: string): readonly S[] {
    return this.calling.get(caller) ?? [];
  }
}
