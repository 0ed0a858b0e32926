// Whose fault is a slow edge: its callee's, when the callers agree; its caller's, when all that it calls seems slow or it alone complains.
// A two-way effects model (caller plus callee, fitted by medians as in Tukey's median polish) on the strengths of one class of figures.
import type { SeriesEvidence } from '../types.ts';
import type { Strength } from './strength.ts';

export type Scored = { readonly series: SeriesEvidence; readonly strength: Strength };

/** From so many callees on it is the caller that they have in common. */
const CALLEES_MIN = 3;
/** What remains with the callee of a complaint that no other caller shares. */
const ALONE = 0.3;

const lowerMedian = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;

/** Strength by caller and callee: the best of the edge's figures; an edge without a sample in the incident has no say. */
const edgesOf = (scored: readonly Scored[]): Map<string, Map<string, number>> => {
  const edges = new Map<string, Map<string, number>>();
  for (const { series, strength } of scored) {
    const { caller, entity } = series.meta;
    if (caller === undefined || caller === entity || strength.present === 0) continue;
    const of = edges.get(caller) ?? new Map<string, number>();
    of.set(entity, Math.max(of.get(entity) ?? 0, strength.strength));
    edges.set(caller, of);
  }
  return edges;
};

/** The figures of one class with each edge's strength shared out: the callee's part in place, the caller's part as a figure of the caller. */
export const shareOut = (
  scored: readonly Scored[],
): { readonly kept: Scored[]; readonly callers: Map<string, Scored> } => {
  const edges = edgesOf(scored);
  const common = new Map(
    [...edges].map(([caller, of]) => [caller, of.size < CALLEES_MIN ? 0 : lowerMedian([...of.values()])]),
  );
  const left = (caller: string, callee: string): number =>
    Math.max(0, (edges.get(caller)?.get(callee) ?? 0) - (common.get(caller) ?? 0));
  const callers = new Map<string, Scored>();
  const kept = scored.map((one) => {
    const { caller, entity } = one.series.meta;
    const seen = caller === undefined ? undefined : edges.get(caller)?.get(entity);
    if (caller === undefined || seen === undefined || seen === 0) return one;
    const own = left(caller, entity);
    const others = [...edges].flatMap(([other, of]) =>
      other !== caller && of.has(entity) ? [left(other, entity)] : [],
    );
    const agreed = others.length === 0 ? own : Math.min(own, Math.max(Math.max(...others), own * ALONE));
    const callee = agreed / seen;
    const part = one.strength.strength * (1 - callee);
    const known = callers.get(caller);
    if (part > (known?.strength.strength ?? 0))
      callers.set(caller, { series: one.series, strength: { ...one.strength, strength: part } });
    return { series: one.series, strength: { ...one.strength, strength: one.strength.strength * callee } };
  });
  return { kept, callers };
};
