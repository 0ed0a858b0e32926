// A sliding window of good and all events in bounded memory: a ring of buckets and a running sum. One addition and no allocation an event.

/** Buckets a window: it forgets in steps of a sixtieth. 60 × 2 doubles are 960 bytes. */
export const bucketsPerWindow = 60;

export class Window {
  readonly spanMs: number;
  private readonly bucketMs: number;
  private readonly good = new Float64Array(bucketsPerWindow);
  private readonly all = new Float64Array(bucketsPerWindow);
  /** Number of the newest bucket since the epoch; -1 before the first event. */
  private newest = -1;
  private goodSum = 0;
  private allSum = 0;

  constructor(spanMs: number) {
    this.spanMs = spanMs;
    this.bucketMs = spanMs / bucketsPerWindow;
  }

  /** Adds events of `timeMs`. An event older than the window is left out: it would have been forgotten by now. */
  add(timeMs: number, good: number, all: number): void {
    const bucket = Math.floor(timeMs / this.bucketMs);
    this.turn(bucket);
    if (bucket <= this.newest - bucketsPerWindow) return;
    const at = bucket % bucketsPerWindow;
    this.good[at]! += good;
    this.all[at]! += all;
    this.goodSum += good;
    this.allSum += all;
  }

  /** Moves on to the bucket of `timeMs`, forgetting what left the window. */
  moveTo(timeMs: number): void {
    this.turn(Math.floor(timeMs / this.bucketMs));
  }

  get goods(): number {
    return this.goodSum;
  }

  get total(): number {
    return this.allSum;
  }

  /** Share of bad events, 0..1; 0 where nothing happened. */
  get badShare(): number {
    return this.allSum <= 0 ? 0 : Math.min(1, Math.max(0, 1 - this.goodSum / this.allSum));
  }

  /** Begin of the oldest bucket of the window with a bad event, epoch ms; undefined where all were good. */
  firstBadMs(): number | undefined {
    for (let bucket = Math.max(0, this.newest - bucketsPerWindow + 1); bucket <= this.newest; bucket++) {
      const at = bucket % bucketsPerWindow;
      if (this.all[at]! > this.good[at]!) return bucket * this.bucketMs;
    }
    return undefined;
  }

  private turn(bucket: number): void {
    if (bucket <= this.newest) return;
    const from = Math.max(this.newest + 1, bucket - bucketsPerWindow + 1);
    for (let b = from; b <= bucket; b++) {
      this.good[b % bucketsPerWindow] = 0;
      this.all[b % bucketsPerWindow] = 0;
    }
    this.newest = bucket;
    // Summed anew at each turn, so that rounding does not add up over months.
    this.goodSum = 0;
    this.allSum = 0;
    for (let at = 0; at < bucketsPerWindow; at++) {
      this.goodSum += this.good[at]!;
      this.allSum += this.all[at]!;
    }
  }
}
