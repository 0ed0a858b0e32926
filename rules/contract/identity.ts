// Identities by hash: of series, schemas and probes. No schema library here: the probe carries this into every app.
import type { FrameSchema, Resource, Stat } from './schema.ts';

/** FNV-1a over UTF-16 code units, 64 bit, as 16 hex digits. Not for secrets. */
export const hash64 = (value: string): string => {
  // In two halves: the prime is 2^40 + 0x1b3, and BigInt would take ten times as long for the schema of a large app.
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < value.length; i++) {
    low = (low ^ value.charCodeAt(i)) >>> 0;
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 0x1_0000_0000) + low * 0x100) % 0x1_0000_0000;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
};

/** The id of a series: stable over restarts of a process that keeps its service and instance names. */
export const seriesId = (
  of: Resource,
  metric: string,
  stat: Stat | undefined,
  attributes: Readonly<Record<string, string>>,
): string => {
  const sorted = Object.keys(attributes)
    .sort()
    .map((key) => `${key}=${attributes[key]}`);
  return hash64([of.service ?? '', of.instance ?? '', of.host ?? '', metric, stat ?? '', ...sorted].join('\u0000'));
};

/** The hash that frames carry; equal content gives an equal hash. */
export const schemaHash = (content: Pick<FrameSchema, 'resource' | 'listens' | 'columns'>): string =>
  hash64(
    JSON.stringify([
      content.resource,
      content.listens,
      content.columns.map((c) => [c.id, c.unit, c.kind, c.class, c.edge ?? null]),
    ]),
  );
