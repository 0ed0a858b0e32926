// Latencies of one tick in fixed memory: logarithmic buckets, exact count, sum and maximum; nothing is allocated a call.

/** Buckets grow by 8 %, so a quantile is off by 4 % at most; 0.1 ms … 150 s. */
const GROWTH = Math.log(1.08);
const LEAST_S = 1e-4;
const BUCKETS = 186;

export class Sketch {
  count = 0;
  sum = 0;
  max = 0;
  private readonly buckets = new Uint32Array(BUCKETS);

  /** Adds one duration in seconds; negative ones (a clock that was set back) count as 0. */
  add(seconds: number): void {
    const value = Math.max(seconds, 0);
    this.count++;
    this.sum += value;
    if (value > this.max) this.max = value;
    const bucket = value <= LEAST_S ? 0 : Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(value / LEAST_S) / GROWTH));
    this.buckets[bucket]!++;
  }

  /** The q-quantile in seconds: within 4 % up to 150 s, the maximum beyond; NaN where nothing was added. */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(q * this.count));
    if (rank === this.count) return this.max;
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.buckets[i]!;
      if (seen < rank) continue;
      // The first bucket has no lower end and the last no upper one.
      if (i === 0) return Math.min(LEAST_S, this.max);
      return i === BUCKETS - 1 ? this.max : Math.min(this.max, LEAST_S * Math.exp((i - 0.5) * GROWTH));
    }
    return this.max;
  }

  reset(): void {
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    this.buckets.fill(0);
  }
}
