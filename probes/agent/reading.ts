// One figure as read from the kernel, and how a reader hands it on: counters as totals, the sampler makes deltas of them.
export type Reading = {
  readonly metric: string;
  readonly unit: string;
  /** `total` is a counter since boot; the frame carries what was added during the tick. */
  readonly kind: 'gauge' | 'total';
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
};
export type Put = (
  metric: string,
  unit: string,
  kind: Reading['kind'],
  value: number,
  attributes?: Readonly<Record<string, string>>,
) => void;
/** A kernel file's text, empty where it is missing or not permitted; the path is absolute, as `/proc/stat`. */
export type ReadText = (path: string) => string;

/** `name value` or `Name: value kB` lines as a map; other lines are skipped. */
export const numbers = (text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(/^([\w()]+):?\s+(-?\d+)/gm)].map(([, name, value]) => [name ?? '', Number(value)]));

/** `TcpExtListenDrops` → `tcp_ext_listen_drops`. */
export const snake = (name: string): string =>
  name
    .replace(/[()]/g, '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/_+/g, '_')
    .replace(/_$/, '');
