// Requests taken lately, by their content: what a sender sends again because our answer was lost must not count twice.
import { createHash } from 'node:crypto';
import { receiveLimits } from './limits.ts';

export class Seen {
  private readonly atMs = new Map<string, number>();

  /** What identifies a request of a source. */
  static key(source: string, bytes: Uint8Array): string {
    return `${source} ${createHash('sha1').update(bytes).digest('base64url')}`;
  }

  has(key: string, nowMs: number): boolean {
    return nowMs - (this.atMs.get(key) ?? Number.NEGATIVE_INFINITY) < receiveLimits.seenMsMax;
  }

  /** Remembers a request that was taken; the oldest makes room. */
  add(key: string, nowMs: number): void {
    if (this.atMs.size >= receiveLimits.seenRequestsMax) this.atMs.delete(this.atMs.keys().next().value ?? '');
    this.atMs.delete(key);
    this.atMs.set(key, nowMs);
  }
}
