// The way trouble took: from the cause up its callers to where nobody further suffers.
import type { Ranking } from '../types.ts';
import type { Strength } from './strength.ts';

const STEPS_MAX = 16;

/** Breadth first over suffering callers; each entity once, so cycles end. */
export const pathOf = (
  cause: string,
  callers: ReadonlyMap<string, readonly string[]>,
  symptoms: (entity: string) => readonly Strength[],
): Ranking['path'] => {
  const path: { from: string; to: string; onsetMs: number }[] = [];
  const reached = new Set([cause]);
  const open = [cause];
  for (let entity = open.shift(); entity !== undefined && path.length < STEPS_MAX; entity = open.shift()) {
    for (const caller of callers.get(entity) ?? []) {
      const onsetMs = Math.min(...symptoms(caller).map((s) => (s.strength > 0 ? s.onsetMs : Number.POSITIVE_INFINITY)));
      // A client without telemetry of its own (customers) still suffers when what it calls does.
      if (reached.has(caller) || (onsetMs === Number.POSITIVE_INFINITY && symptoms(caller).length > 0)) continue;
      reached.add(caller);
      path.push({ from: entity, to: caller, onsetMs: Number.isFinite(onsetMs) ? onsetMs : 0 });
      open.push(caller);
    }
  }
  return path;
};
