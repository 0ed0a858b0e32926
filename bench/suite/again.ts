// A recorded life through the engine as it is now.
// Exact where the engine decides as it did; where it acts otherwise than it did live, the platform's answer is missing.
import { createEngine, type Engine, type Input, step } from '@fenghuo/analyzer/engine';
import type { Seen } from '../incident/witness.ts';
import type { Recording } from './record.ts';

/** A recording that was read into memory. */
export type Whole = { readonly rules: Recording['rules']; readonly inputs: readonly Input[] };

/** What the suite asked to be closed is what is open now: another engine may have numbered it otherwise. */
const renumbered = (engine: Engine, input: Input): readonly Input[] =>
  input.kind === 'command' && input.command.by === 'suite' && input.command.verb === 'resolve'
    ? [...engine.files.keys()].map((incident) => ({
        ...input,
        command: { ...input.command, incident } as typeof input.command,
      }))
    : [input];

/** Every decision over a recording, in order. */
export const again = async ({ rules, inputs }: Recording | Whole): Promise<Seen[]> => {
  const engine = createEngine(rules, { partition: 0, act: 'on' });
  const seen: Seen[] = [];
  for await (const input of inputs)
    for (const one of renumbered(engine, input))
      for (const decision of step(engine, one).decisions)
        seen.push({ atMs: decision.atMs, decision: structuredClone(decision) });
  return seen;
};
