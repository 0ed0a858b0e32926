// Which series a frame's columns are: learned from announcements in the stream, else asked for by hash.
import { type FrameSchema, frameSchema, hash64 } from '@fenghuo/rules/contract';
import { type Halves, halvesOfHex, type SeriesIds } from './batch.ts';

export type KnownSchema = { readonly ids: SeriesIds; readonly probe: Halves; readonly schema: FrameSchema };
/** Reads the announced schema of a hash, or undefined. */
export type Ask = (hash: string) => Promise<unknown>;

const KNOWN_MAX = 20_000;

export class Schemas {
  private readonly known = new Map<string, KnownSchema>();
  private readonly ask: Ask;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  /** Learns an announcement; answers it where it was new. Throws what zod says where it is none. */
  learn(payload: unknown): FrameSchema | undefined {
    const schema = frameSchema.parse(payload);
    const key = `${hash64(schema.probe)} ${schema.hash}`;
    if (this.known.has(key)) return undefined;
    const ids = schema.columns.map((column) => halvesOfHex(column.id));
    if (this.known.size >= KNOWN_MAX) this.known.delete(this.known.keys().next().value ?? '');
    this.known.set(key, {
      ids: { low: Uint32Array.from(ids, (h) => h.low), high: Uint32Array.from(ids, (h) => h.high) },
      probe: halvesOfHex(hash64(schema.probe)),
      schema,
    });
    return schema;
  }

  /** The schema of a frame; asks for it once where it was not announced in what we read. */
  async find(probe: string, hash: string): Promise<KnownSchema | undefined> {
    const key = `${probe} ${hash}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const asked = await this.ask(hash).catch(() => undefined);
    if (asked === undefined) return undefined;
    try {
      this.learn(asked);
    } catch {
      return undefined;
    }
    return this.known.get(key);
  }
}

/** A schema's columns as rows of the series dictionary. */
export const seriesRows = (schema: FrameSchema, atMs: number): Record<string, unknown>[] =>
  schema.columns.map((column) => ({
    series: BigInt(`0x${column.id}`).toString(),
    metric: column.metric,
    unit: column.unit,
    kind: column.kind,
    class: column.class,
    stat: column.stat ?? '',
    attributes: column.attributes,
    probe: schema.probe,
    service: schema.resource.service ?? '',
    instance: schema.resource.instance ?? '',
    host: schema.resource.host ?? '',
    caller: column.edge === undefined ? '' : (schema.resource.service ?? ''),
    callee: column.edge?.callee ?? '',
    protocol: column.edge?.protocol ?? '',
    announced: new Date(atMs).toISOString(),
  }));
