// Everything that can be made to go wrong, by its name on the command line.
import { banks } from './banks.ts';
import { databases } from './database.ts';
import { demand } from './demand.ts';
import { distractors } from './distractors.ts';
import type { Fault } from './fault.ts';
import { hosts } from './hosts.ts';
import { processes } from './processes.ts';
import { wire } from './wire.ts';

export const faults: Readonly<Record<string, Fault>> = {
  ...banks,
  ...databases,
  ...processes,
  ...wire,
  ...hosts,
  ...demand,
  ...distractors,
};
