// What a second's calls take, as factors of the usual: their median and their slowest, exact far into the tail and cheap in the body.
// Nearly all seconds hold at most one of the slow calls and are looked up; the others are drawn call by call.

/** Chance that a call is one of the slow ones: three times slower and more, with a Pareto tail (exponent 2.5), a time-out's worth at most. */
const SLOW = 0.01;
/** Seconds looked up, by how many calls they hold and whether one of them is slow. */
const TABLE = 4_096;
/** More calls than that are no different: their median hardly moves. */
const CALLS_MOST = 32;
const ROWS = Array.from({ length: CALLS_MOST }, (_, k) => k + 1);
const UNIT = 1 / 4_294_967_296;

/** 32 bits that follow from `a` and `b` alone (the finaliser of MurmurHash3, Appleby 2008). */
export const mixed = (a: number, b: number): number => {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

const usual = (random: () => number): number =>
  Math.exp(0.35 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
const slow = (random: () => number): number => Math.min(60, 3 * usual(random) * (1 - random()) ** (-1 / 2.5));

const rowOf = (count: number): number => Math.max(1, Math.min(CALLS_MOST, count)) - 1;

export class Calls {
  /** Of the last second asked for: factors of its median and of its slowest call. */
  median = 1;
  most = 1;
  private readonly medians = new Float32Array(ROWS.length * 2 * TABLE);
  private readonly mosts = new Float32Array(ROWS.length * 2 * TABLE);
  /** By row: chance of no slow call, and of at most one. */
  private readonly none = ROWS.map((n) => (1 - SLOW) ** n);
  private readonly one = ROWS.map((n) => (1 - SLOW) ** n + n * SLOW * (1 - SLOW) ** (n - 1));
  private readonly factors = new Float64Array(CALLS_MOST);

  constructor(random: () => number) {
    for (let at = 0; at < TABLE; at++)
      for (const slows of [0, 1]) {
        // The same calls in every row: a caller's few are among its callee's many.
        this.factors[0] = slows === 1 ? slow(random) : usual(random);
        for (let k = 1; k < this.factors.length; k++) this.factors[k] = usual(random);
        ROWS.forEach((n, row) => {
          this.keep(n);
          this.medians[(row * 2 + slows) * TABLE + at] = this.median;
          this.mosts[(row * 2 + slows) * TABLE + at] = this.most;
        });
      }
  }

  /** Draws a second of `count` calls: `bits` decide how many are slow, `place` which second it is; alike for alike. */
  draw(count: number, bits: number, place: number): void {
    const row = rowOf(count);
    const u = bits * UNIT;
    if (u < this.one[row]!) {
      const at = (row * 2 + (u < this.none[row]! ? 0 : 1)) * TABLE + (place & (TABLE - 1));
      this.median = this.medians[at]!;
      this.most = this.mosts[at]!;
    } else this.drawn(row, u, place);
  }

  /** Two slow calls or more: as many as `u` says, each drawn. */
  private drawn(row: number, u: number, place: number): void {
    const n = ROWS[row]!;
    let slows = 1;
    let chance = this.one[row]!;
    let term = n * SLOW * (1 - SLOW) ** (n - 1);
    while (u >= chance && slows < n) {
      term *= ((n - slows) / (slows + 1)) * (SLOW / (1 - SLOW));
      slows++;
      chance += term;
    }
    let drawn = 0;
    const random = (): number => mixed(place, ++drawn) * UNIT;
    for (let k = 0; k < n; k++) this.factors[k] = k < slows ? slow(random) : usual(random);
    this.keep(n);
  }

  private keep(n: number): void {
    const sorted = this.factors.slice(0, n).sort();
    // As the probe's sketch counts: of two calls the quicker one.
    this.median = sorted[Math.ceil(n / 2) - 1]!;
    this.most = sorted[n - 1]!;
  }
}
