// Second stage: a batch's values on the scale where their noise is even, and the least scale that each may have.
import type { Batch } from './batch.ts';
import { BROKEN, FROZEN, LOCATION, REMOVED, RETURNED, type Records, SILENT, SLOW, STATE, TRAITS } from './record.ts';
import { floorOf, isPlain, onto } from './traits.ts';

/** Relative scale below which nothing is a deviation from the long run. */
const RELATIVE = 0.02;

/** Fills `x`, `floor` and `quantum`; a missing value stays NaN, as does that of a forgotten series; one that came ends a silence. */
export const prepare = ({ f, b }: Records, batch: Batch): void => {
  for (let k = 0; k < batch.count; k++) {
    const value = batch.value[k]!;
    const at = batch.at[k]!;
    let state = b[at * 4 + STATE]!;
    if (Number.isNaN(value) || (state & REMOVED) !== 0) {
      batch.x[k] = Number.NaN;
      continue;
    }
    const traits = b[at * 4 + TRAITS]!;
    if ((state & SILENT) !== 0) batch.turn[k] = RETURNED;
    state &= ~SILENT;
    const floor = floorOf(traits, f[at + LOCATION]!);
    batch.floor[k] = floor;
    batch.quantum[k] = floor;
    batch.x[k] = onto(traits, value);
    if (isPlain(traits)) {
      if ((state & (BROKEN | FROZEN)) === 0 && Math.floor(value) !== value) state |= BROKEN;
      // A count that was always whole has its Poisson noise, whatever it is called.
      const relative = RELATIVE * Math.abs(f[at + SLOW]!);
      const least = (state & BROKEN) === 0 ? 1 : 1e-9;
      batch.quantum[k] = Math.max(relative, least);
    }
    b[at * 4 + STATE] = state;
  }
};
