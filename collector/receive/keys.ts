// Who may send: keys by name, what each may send a second, and how many requests and bytes may be under way at once.
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '@fenghuo/kit';
import { receiveLimits } from './limits.ts';
import { Refusal } from './refusal.ts';

/** A sender's key. Without any, everybody may send, as source "open": that is for loopback. */
export type Key = { readonly name: string; readonly token: string; readonly samplesPerSecondMax: number };

export const OPEN = 'open';

/** Reads `name=token[=samplesPerSecond],…`, as FENGHUO_INGEST_KEYS has it. */
export const parseKeys = (text: string): readonly Key[] =>
  text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [name = '', token = '', rate] = part.trim().split('=');
      const samplesPerSecondMax = rate === undefined ? Number.POSITIVE_INFINITY : Number(rate);
      if (!/^[\w-]{1,32}$/.test(name) || token.length < 8 || !(samplesPerSecondMax > 0))
        throw new Error(
          `FENGHUO_INGEST_KEYS: "${name}" must be name=token[=samplesPerSecond], the token of 8 characters or more`,
        );
      return { name, token, samplesPerSecondMax };
    });

const isSame = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

/** The name of the source that the headers prove. Throws Refusal `unauthorized`. */
export const sourceOf = (
  keys: readonly Key[],
  headers: Pick<IncomingHttpHeaders, 'authorization'> & { readonly 'x-api-key'?: unknown },
): string => {
  if (keys.length === 0) return OPEN;
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const given = bearer ?? (typeof headers['x-api-key'] === 'string' ? headers['x-api-key'] : '');
  const key = keys.find(({ token }) => isSame(token, given));
  if (key === undefined) throw new Refusal('unauthorized', 'send Authorization: Bearer <key>, or X-API-Key');
  return key.name;
};

/** What a source may spend a second: a bucket that holds two seconds' worth. What was taken may overdraw it once. */
export class Quota {
  private readonly clock: Clock;
  private readonly rate: number;
  private readonly reason: 'quota' | 'wasteful';
  private readonly what: string;
  private left: number;
  private atMs: number;

  constructor(clock: Clock, perSecondMax: number, reason: 'quota' | 'wasteful', what: string) {
    this.clock = clock;
    this.rate = perSecondMax;
    this.reason = reason;
    this.what = what;
    this.left = perSecondMax * 2;
    this.atMs = clock.monotonic();
  }

  /** Throws Refusal, with the seconds after which there is room again. */
  check(): void {
    if (this.rate === Number.POSITIVE_INFINITY) return;
    const now = this.clock.monotonic();
    this.left = Math.min(this.rate * 2, this.left + ((now - this.atMs) / 1_000) * this.rate);
    this.atMs = now;
    if (this.left > 0) return;
    throw new Refusal(
      this.reason,
      `more than ${this.rate} ${this.what} a second`,
      Math.max(1, Math.ceil(-this.left / this.rate)),
    );
  }

  spend(amount: number): void {
    this.left -= amount;
  }
}

type Load = { requests: number; bytes: number };

/** Requests and their bytes under way in this process; a source may have a share of them, so that one that is slow or many leaves room. */
export class Flying {
  readonly all: Load = { requests: 0, bytes: 0 };
  private readonly bySource = new Map<string, Load>();
  private readonly share: number;

  /** @param share of each source: 1 where there is only one */
  constructor(share: number) {
    this.share = share;
  }

  /** Takes a place for one request; throws Refusal `too_many_requests`. The answer gives it back. */
  enter(): () => void {
    return take(this.all, 'requests', 1, receiveLimits.flyingRequestsMax);
  }

  /** Takes a place in a source's share, once it is known whose request it is. */
  of(source: string): () => void {
    return take(this.loadOf(source), 'requests', 1, receiveLimits.flyingRequestsMax * this.share);
  }

  /** Room for so many bytes, in all and in a source's share; the answer gives it back. */
  hold(source: string, bytes: number): () => void {
    const own = take(this.loadOf(source), 'bytes', bytes, receiveLimits.flyingBytesMax * this.share);
    try {
      const all = take(this.all, 'bytes', bytes, receiveLimits.flyingBytesMax);
      return () => {
        own();
        all();
      };
    } catch (error) {
      own();
      throw error;
    }
  }

  private loadOf(source: string): Load {
    const known = this.bySource.get(source) ?? { requests: 0, bytes: 0 };
    this.bySource.set(source, known);
    return known;
  }
}

const take = (of: Load, what: keyof Load, count: number, most: number): (() => void) => {
  if (of[what] + count > most) throw busy();
  of[what] += count;
  return () => {
    of[what] -= count;
  };
};

const busy = (): Refusal =>
  new Refusal('too_many_requests', 'too many requests are under way', receiveLimits.retryAfterSeconds);
