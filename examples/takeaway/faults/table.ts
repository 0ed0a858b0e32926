// Everything that can be made to go wrong, by its name on the command line.
import { banks } from './banks.ts';
import { demand } from './demand.ts';
import { distractors } from './distractors.ts';
import type { Fault } from './fault.ts';
import { processes } from './processes.ts';

export const faults: Readonly<Record<string, Fault>> = {
  ...banks,
  ...processes,
  ...demand,
  ...distractors,
};
