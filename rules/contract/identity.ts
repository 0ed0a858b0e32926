// Identities by hash: of series, schemas and probes. No schema library here: the probe carries this into every app.
import type { FrameSchema, Resource, Stat } from './schema.ts';

/** FNV-1a over UTF-16 code units, 64 bit, as 16 hex digits. Not for secrets. */
export const hash64 = (value: string): string => {
  // In 16-bit pieces, so that every step is a 32-bit integer's: the prime is 2^40 + 0x1b3. A new series is hashed more often than anything else is done to it.
  let high = 0xcbf29ce4 | 0;
  let low = 0x84222325 | 0;
  for (let i = 0; i < value.length; i++) {
    low ^= value.charCodeAt(i);
    const lower = (low & 0xffff) * 0x1b3;
    const upper = (low >>> 16) * 0x1b3 + (lower >>> 16);
    high = (Math.imul(high, 0x1b3) + (upper >>> 16) + (low << 8)) | 0;
    low = (upper << 16) | (lower & 0xffff);
  }
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
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
