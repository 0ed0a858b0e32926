// Which series fell silent: those that are reported together are looked at with their frame, while they lie in the cache, and once more when
// no frame has come for long. So a tick need not look through the whole fleet.
import type { DetectorBank } from './detect/bank.ts';
import { SILENT_STEPS } from './detect/readings.ts';

/** Step of the live engine's series, and for how long one that was always there is missing before it is silent. */
const STEP_MS = 1_000;
const SILENT_MS = SILENT_STEPS * STEP_MS;

/** Series that one frame reports. */
export type Reported = {
  /** Those of them that are looked at. */
  readonly watched: Uint32Array;
  lastMs: number;
  /** Whether all of them were due when they were last looked at: nothing changes until a frame comes. */
  isOver: boolean;
};

export class Silences {
  private readonly bank: DetectorBank;
  private readonly fallen: number[] = [];
  private untilMs = -1;
  /** Series that no frame reports. */
  private unsent = new Uint32Array();

  constructor(bank: DetectorBank) {
    this.bank = bank;
  }

  add(index: number): void {
    this.unsent = Uint32Array.of(...this.unsent, index);
  }

  /** A frame has been fed to the bank. */
  heard(of: Reported, timeMs: number): void {
    of.lastMs = timeMs;
    of.isOver = false;
    // A clock that is far behind: its series are late as soon as they are here.
    if (this.untilMs - timeMs > SILENT_MS) this.untilMs = -1;
    this.bank.tickSome(of.watched, timeMs, this.fallen);
  }

  /** Series that fell silent since the last call, in order; each is told once. */
  until(timeMs: number, all: Iterable<Reported>): number[] {
    // Within a tick a frame makes nobody late, and whoever was late has been told.
    if (timeMs !== this.untilMs) this.overdue(timeMs, all);
    this.untilMs = timeMs;
    this.bank.tickSome(this.unsent, timeMs, this.fallen);
    return this.fallen.splice(0).sort((a, b) => a - b);
  }

  private overdue(timeMs: number, all: Iterable<Reported>): void {
    for (const of of all) {
      if (of.isOver || timeMs - of.lastMs <= SILENT_MS) continue;
      of.isOver = true;
      this.bank.tickSome(of.watched, timeMs, this.fallen);
    }
  }
}
