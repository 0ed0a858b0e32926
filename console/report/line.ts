// One sentence of the report and what proves it.
import type { Bilingual } from '@fenghuo/rules/contract';

/** One sentence; `proof` holds ids of the decision log, in the order in which they were decided. */
export type Line = { readonly text: Bilingual; readonly proof: readonly string[] };

export const iso = (ms: number): string => new Date(ms).toISOString();
/** Those ids that there are. */
export const ids = (...given: readonly (string | undefined)[]): string[] => [
  ...new Set(given.filter((id) => id !== undefined)),
];
