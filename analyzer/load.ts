// Whether the analyzer keeps up with its stream, and so how much it should shed (shed.ts). Pure: whoever calls tells the time.
import { shedLevelMax } from './shed.ts';

/** Further behind than this is too far; so near is caught up. */
const BEHIND_MS_MAX = 2_000;
const CAUGHT_UP_MS = 500;
/** So long too far behind, and again for each further level: a pause or a restart is made up for in less. */
const PATIENCE_MS = 3_000;
/** So long caught up, and a level is taken back; where that was too early, the next time waits twice as long. */
const CALM_MS = 15_000;
const CALM_MS_MAX = 600_000;
/** NATS' clock and ours may differ by this much: the least lag ever seen, up to so much, counts as none. */
const SKEW_MS_MAX = 5_000;

export class Load {
  level = 0;
  /** How far behind the stream it is, ms. */
  behindMs = 0;
  private least = SKEW_MS_MAX;
  private lateSince: number | undefined;
  /** How far behind it was then. */
  private lateMs = 0;
  private calmSince: number | undefined;
  private calmMs = CALM_MS;
  private easedMs = Number.NEGATIVE_INFINITY;

  /**
   * Takes a message that was just taken in and answers the level to shed at.
   * @param nowMs the clock  @param atMs the stream's time of the message
   */
  take(nowMs: number, atMs: number): number {
    this.least = Math.min(this.least, nowMs - atMs);
    this.behindMs = nowMs - atMs - this.least;
    if (this.behindMs > BEHIND_MS_MAX) this.late(nowMs);
    else this.lateSince = undefined;
    if (this.behindMs < CAUGHT_UP_MS) this.calm(nowMs);
    else this.calmSince = undefined;
    return this.level;
  }

  private late(nowMs: number): void {
    if (this.lateSince === undefined) {
      this.lateSince = nowMs;
      this.lateMs = this.behindMs;
    }
    if (nowMs - this.lateSince < PATIENCE_MS) return;
    // Whoever makes up for a second in less than two thirds of one needs no help.
    const isCatchingUp = this.lateMs - this.behindMs >= (nowMs - this.lateSince) / 2;
    this.lateSince = nowMs;
    this.lateMs = this.behindMs;
    if (isCatchingUp || this.level >= shedLevelMax) return;
    this.level++;
    this.calmMs = nowMs - this.easedMs < 2 * this.calmMs ? Math.min(CALM_MS_MAX, 2 * this.calmMs) : CALM_MS;
  }

  private calm(nowMs: number): void {
    this.calmSince ??= nowMs;
    if (nowMs - this.calmSince < this.calmMs || this.level === 0) return;
    this.calmSince = nowMs;
    this.level--;
    this.easedMs = nowMs;
  }
}
