// Which schemas frames may refer to: learned from announcements in the stream, else asked for by hash.
import type { Clock } from '@fenghuo/kit';
import { type FrameSchema, hash64, readSchema } from '@fenghuo/rules/contract';
import type { Origin } from './batch.ts';

export type KnownSchema = Origin & { readonly columns: number };
/** A schema that was asked for, and its announcement where nobody has kept that yet. */
export type FoundSchema = { readonly known: KnownSchema; readonly announced?: FrameSchema };
type Entry = KnownSchema & { toldMs: number };
/** Reads the announced schema of a hash, undefined where there is none; rejects where nobody answers. */
export type Ask = (hash: string) => Promise<unknown>;

/** What is kept elsewhere by hash expires there after days: a schema that is still announced is told anew once a day. */
export const TELL_AGAIN_MS = 24 * 3_600_000;
/** Some 300 bytes each: 30 MB at the most. One that was forgotten is asked for again. */
const KNOWN_MAX = 100_000;
/** A hash that nobody knew is not asked for again for so long, however many frames carry it. */
const UNKNOWN_MS = 1_000;
const UNKNOWN_MAX = 10_000;

export class Schemas {
  private readonly known = new Map<string, Entry>();
  private readonly unknown = new Map<string, number>();
  private readonly ask: Ask;
  private readonly clock: Pick<Clock, 'now'>;

  constructor(ask: Ask, clock: Pick<Clock, 'now'>) {
    this.ask = ask;
    this.clock = clock;
  }

  /** Learns an announcement; answers it where it was new, or has to be kept anew. Throws what zod says where it is none. */
  learn(payload: unknown): FrameSchema | undefined {
    const schema = readSchema(payload);
    const probe = hash64(schema.probe);
    const key = keyOf(probe, schema.hash);
    this.unknown.delete(key);
    const [entry, nowMs] = [this.known.get(key), this.clock.now()];
    if (entry !== undefined) {
      if (nowMs - entry.toldMs < TELL_AGAIN_MS) return undefined;
      entry.toldMs = nowMs;
      return schema;
    }
    if (this.known.size >= KNOWN_MAX) this.known.delete(this.known.keys().next().value ?? '');
    this.known.set(key, {
      columns: schema.columns.length,
      probe: BigInt(`0x${probe}`),
      schema: BigInt(`0x${schema.hash}`),
      toldMs: nowMs,
    });
    return schema;
  }

  /** A schema that is known already. @param probe hash64 of the probe's id */
  get(probe: string, hash: string): KnownSchema | undefined {
    return this.known.get(keyOf(probe, hash));
  }

  /** Asks for the schema of a frame where it was not announced in what we read; `unanswered` where nobody could say. */
  async find(probe: string, hash: string): Promise<FoundSchema | 'unknown' | 'unanswered'> {
    const key = keyOf(probe, hash);
    const known = this.known.get(key);
    if (known !== undefined) return { known };
    if (this.clock.now() - (this.unknown.get(key) ?? Number.NEGATIVE_INFINITY) < UNKNOWN_MS) return 'unknown';
    let asked: unknown;
    try {
      asked = await this.ask(hash);
    } catch {
      return 'unanswered';
    }
    let announced: FrameSchema | undefined;
    try {
      if (asked !== undefined) announced = this.learn(asked);
    } catch {
      // Somebody keeps nonsense under this hash: then it is as good as not kept.
    }
    const found = this.known.get(key);
    if (found !== undefined) return { known: found, ...(announced === undefined ? {} : { announced }) };
    if (this.unknown.size >= UNKNOWN_MAX) this.unknown.delete(this.unknown.keys().next().value ?? '');
    this.unknown.set(key, this.clock.now());
    return 'unknown';
  }
}

const keyOf = (probe: string, hash: string): string => `${probe} ${hash}`;
