// A YAML document as plain values, and where in it a fault of validation stands: zod knows the path, the YAML nodes know the line.
import { type Document, isMap, isNode, isPair, isScalar, type Node } from 'yaml';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
export type Told = { readonly path: readonly PropertyKey[]; readonly message: string; readonly key?: string };

/** Aliases that are followed: more are an attempt to fill the memory ("billion laughs"). */
const ALIASES_MAX = 100;

/** Its values, or the fault: an alias without its anchor, or more of them than are followed. */
export const plainOf = (document: Document): { readonly plain: unknown } | { readonly fault: string } => {
  try {
    return { plain: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
};

/** One or more sentences for a fault; an unknown field is told at the field itself. */
export const tell = (issue: Issue): Told[] => {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: issue.path, key, message: `unknown field "${key}"${where(issue.path)}` }));
  if (issue.code === 'invalid_union' && issue.path.at(-1) === 'kind')
    return [
      {
        path: issue.path,
        message: 'kind must be topology, playbook, recommendation, route or detector, or one of OpenSLO',
      },
    ];
  return [{ path: issue.path, message: `${issue.path.length > 0 ? `${dotted(issue.path)}: ` : ''}${issue.message}` }];
};

/** Offset in the file of the node at `path`, or of the nearest parent that is there; with `key`, of that key in it. */
export const locate = (document: Document, path: readonly PropertyKey[], key?: string): number => {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = at(document, path.slice(0, depth));
    if (node === undefined) continue;
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
      if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
    if (node.range) return node.range[0];
  }
  return 0;
};

const at = (document: Document, path: readonly PropertyKey[]): Node | undefined => {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node : undefined;
};

const dotted = (path: readonly PropertyKey[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${String(step)}`)).join('');
const where = (path: readonly PropertyKey[]): string => (path.length > 0 ? ` in ${dotted(path)}` : '');
