// CIRCA's regression-based hypothesis testing with descendant adjustment (Li et al., KDD 2022), the call graph given: what of a metric
// its parents do not explain, plus the most of what its innocent-looking descendants show.
import { mean, standardDeviation } from 'simple-statistics';
import { type Node, nodesOf } from './nodes.ts';
import type { Observed, Peer } from './observed.ts';

/** Residual deviations from which on a node counts as anomalous, as in the original. */
const ANOMALOUS = 3;
/** Ridge that keeps collinear parents solvable. */
const RIDGE = 1e-3;

/** Causes of each node: of the same service, traffic → saturation → latency → errors; of callees, the same kind. */
const parentsOf = (node: Node, nodes: readonly Node[], { callees }: Observed): Node[] => {
  const above: Readonly<Record<Node['kind'], readonly Node['kind'][]>> = {
    traffic: [],
    saturation: ['traffic'],
    latency: ['traffic', 'saturation'],
    errors: ['traffic', 'saturation', 'latency'],
  };
  const called = (callees.get(node.service) ?? []).filter((callee) => callee !== node.service);
  const isSymptom = node.kind === 'latency' || node.kind === 'errors';
  return nodes.filter(
    ({ service, kind }) =>
      (service === node.service && above[node.kind].includes(kind)) ||
      (isSymptom && kind === node.kind && called.includes(service)),
  );
};

/** Coefficients of `y` on `xs` (all about 0) by ridge regression: Gaussian elimination of the normal equations. */
export const regress = (y: Float64Array, xs: readonly Float64Array[]): number[] => {
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const rows = xs.map((x, i) => [...xs.map((other, j) => dot(x, other) + (i === j ? RIDGE * y.length : 0)), dot(x, y)]);
  const n = xs.length;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const factor = rows[j]![i]! / rows[i]![i]!;
      for (let k = i; k <= n; k++) rows[j]![k]! -= factor * rows[i]![k]!;
    }
  const found = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let left = rows[i]![n]!;
    for (let j = i + 1; j < n; j++) left -= rows[i]![j]! * found[j]!;
    found[i] = left / rows[i]![i]!;
  }
  return found;
};

const residual = (node: Node, parents: readonly Node[]): { readonly score: number; readonly row: number } => {
  const by = regress(
    node.before,
    parents.map(({ before }) => before),
  );
  const left = (part: 'before' | 'after'): Float64Array =>
    node[part].map((value, i) => value - by.reduce((sum, weight, p) => sum + weight * parents[p]![part][i]!, 0));
  const healthy = [...left('before')];
  const [middle, spread] = [mean(healthy), standardDeviation(healthy) || 1];
  const z = left('after').map((value) => Math.abs(value - middle) / spread);
  const row = z.findIndex((value) => value >= ANOMALOUS);
  return { score: Math.max(0, ...z), row: row < 0 ? Number.POSITIVE_INFINITY : row };
};

export const circa: Peer = {
  name: 'CIRCA-style residuals',
  source: 'Li et al., KDD 2022',
  rate: (observed) => {
    const nodes = nodesOf(observed);
    const parents = new Map(nodes.map((node) => [node, parentsOf(node, nodes, observed)]));
    const own = new Map(nodes.map((node) => [node, residual(node, parents.get(node)!)]));
    const childrenOf = (node: Node): Node[] => nodes.filter((other) => parents.get(other)!.includes(node));
    /** The most of a node's children's residuals, through children that look innocent themselves. */
    const below = (node: Node, seen: Set<Node>): number =>
      Math.max(
        0,
        ...childrenOf(node).map((child) => {
          if (seen.has(child)) return 0;
          seen.add(child);
          const { score } = own.get(child)!;
          return score >= ANOMALOUS ? score : below(child, seen);
        }),
      );
    return nodes.map((node) => {
      const { score, row } = own.get(node)!;
      return { service: node.service, row, score: score >= ANOMALOUS ? score + below(node, new Set([node])) : score };
    });
  },
};
