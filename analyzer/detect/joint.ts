// Several series of one entity as one: how rare it is that those which are rare now are so together.
// The same sum as over the views of one series (surprise.ts), less what it costs that there are many to choose from.
import { AGREE } from './surprise.ts';

/** Rows within which surprises belong together. */
const TOGETHER_ROWS = 3;
/** Who belongs to it must be rare itself: by this share of the decades that decide. */
const SHARE = 0.5;
/** Surprises that are added: three, or an eighth of the series where they are many. */
const strongestOf = (n: number): number => Math.min(n, Math.max(3, Math.ceil(n / 8)));

/** Decades that the best 1, 2, 3, … of `n` cost: the ways to choose them, and the rows in which the others may come (Bonferroni). */
export const waysOf = (n: number): number[] => {
  let decades = 0;
  return Array.from({ length: strongestOf(n) }, (_, k) => {
    decades += Math.log10(((n - k) / (k + 1)) * (k === 0 ? 1 : TOGETHER_ROWS));
    return decades;
  });
};

export class Joint {
  private readonly lately: Float64Array;
  private readonly ways: readonly number[];
  private readonly most: number;

  /** @param size series of the entity  @param most decades that one of them counts for at most: those that decide alone, so that one of many does not */
  constructor(size: number, most: number) {
    this.lately = new Float64Array(size * TOGETHER_ROWS);
    this.ways = waysOf(size);
    this.most = most;
  }

  /** Surprise of series `m` in this row, decades. */
  put(m: number, row: number, decades: number): void {
    this.lately[m * TOGETHER_ROWS + (row % TOGETHER_ROWS)] = Math.min(decades, this.most);
  }

  /** Joint surprise, decades, and the series it comes from, strongest first. */
  read(): { readonly decades: number; readonly members: readonly number[] } {
    const now = Array.from({ length: this.lately.length / TOGETHER_ROWS }, (_, m) => ({
      m,
      decades: Math.max(...this.lately.subarray(m * TOGETHER_ROWS, (m + 1) * TOGETHER_ROWS)),
    })).sort((a, b) => b.decades - a.decades);
    let sum = 0;
    let best = { decades: 0, count: 0 };
    this.ways.forEach((ways, k) => {
      sum += (k === 0 ? 1 : AGREE) * now[k]!.decades;
      if (now[k]!.decades >= SHARE * this.most && sum - ways > best.decades)
        best = { decades: sum - ways, count: k + 1 };
    });
    return { decades: best.decades, members: now.slice(0, best.count).map(({ m }) => m) };
  }
}
