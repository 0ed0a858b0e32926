// What samples are worth as evidence, and the calls behind them.
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';

/**
 * What the samples of a series are worth, in how many ticks they came, over how many ticks back from the present (calm ones between them counted), and
 * what the present tick is worth alone where that is known.
 */
export type Weighed = { readonly nats: number; readonly ticks: number; readonly span?: number; readonly now?: number };

/** What says nothing. */
export const nothing: Weighed = { nats: 0, ticks: 0 };

/** The calls behind each of a series' last samples, aligned from the present back; undefined where nobody counts them. */
export const callsOf = (
  { bank, groups }: Watch,
  one: Series,
): { readonly counts: Series; readonly calls: readonly number[] } | undefined => {
  const counts = one.meta.class === 'business' ? undefined : groups.counts.get(one.calls);
  if (counts === undefined || bank.lastMs(one.index) !== bank.lastMs(counts.index)) return undefined;
  return { counts, calls: bank.values(counts.index) };
};
