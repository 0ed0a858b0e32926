// How often a stated confidence is right: cases by what was stated, and the share of them whose first service is the right one.

export type Stated = { readonly confidence: number; readonly isRight: boolean };

/** Lower ends of the bins. */
const BINS = [0, 0.5, 0.6, 0.7, 0.8, 0.9];

export type Bin = {
  readonly from: number;
  readonly to: number;
  readonly cases: number;
  readonly stated: number;
  readonly right: number;
};

/** Bins that hold a case: mean of what was stated, share that was right. */
export const reliability = (all: readonly Stated[]): Bin[] =>
  BINS.flatMap((from, k) => {
    const to = BINS[k + 1] ?? 1;
    const some = all.filter(({ confidence }) => confidence >= from && (confidence < to || k === BINS.length - 1));
    if (some.length === 0) return [];
    const share = (of: (one: Stated) => number): number => some.reduce((sum, one) => sum + of(one), 0) / some.length;
    return [
      { from, to, cases: some.length, stated: share((s) => s.confidence), right: share((s) => (s.isRight ? 1 : 0)) },
    ];
  });
