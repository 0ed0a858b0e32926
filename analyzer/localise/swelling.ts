// Memory that has grown since well before anybody suffered: no news at an onset, and the reason of what began there.
import type { SeriesEvidence } from '../types.ts';

export const MEMORY = /mem|heap|gc/;
/** A memory that grew by less than half is no shortage: whoever works more holds more, and a loud effect of it is not its own. */
export const GROWN = 1.5;
/** Samples of which the first third says what was held before. */
const SWELL_SAMPLES = 12;

/** Whether a figure is of memory that has grown by half since the first of its samples, and grows. */
export const isSwelling = ({ meta, values }: SeriesEvidence): boolean => {
  if (meta.unit !== 'By' || !MEMORY.test(meta.metric)) return false;
  const told = values.filter((value) => !Number.isNaN(value));
  if (told.length < SWELL_SAMPLES) return false;
  return told[told.length - 1]! >= GROWN * Math.max(...told.subarray(0, Math.floor(told.length / 3)));
};
