// Which calls to others are slow by what matters, kept frame by frame: just after the bank has taken one its records are at hand, where a look
// through a fleet's would fetch each anew.
import type { DetectorRule, Frame } from '@fenghuo/rules/contract';
import { type Layout, turn } from './layout.ts';
import { matters } from './matters.ts';
import type { Series } from './series.ts';

export class SlowCalls {
  /** Indices of latencies whose last figure was beyond what matters; none where no latency may open an incident. */
  readonly indices = new Set<number>();
  /** When those were last so, epoch ms, as far as `since` was not asked since. */
  private readonly lastMs = new Map<number, number>();
  private readonly rule: DetectorRule | undefined;
  private readonly expected: (one: Series) => number;

  /** @param rule of latencies, where they may open an incident  @param expected what is usual of a series */
  constructor(rule: DetectorRule | undefined, expected: (one: Series) => number) {
    this.rule = rule;
    this.expected = expected;
  }

  /** A frame was taken in; a figure that it lacks stays what it was. */
  take(
    { series, latencies }: Pick<Layout, 'series' | 'latencies'>,
    { values, timeMs }: Pick<Frame, 'values' | 'timeMs'>,
  ): void {
    for (const i of latencies) {
      const value = values[i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const { index } = series[i]!;
      const isBeyond = this.isBeyond(series[i]!, value);
      turn(this.indices, index, isBeyond ? 1 : 0);
      if (isBeyond) this.lastMs.set(index, timeMs);
    }
  }

  /** Indices of those that were slow at `fromMs` or later; times are only ever asked for that do not go back. */
  *since(fromMs: number): Generator<number> {
    for (const [index, lastMs] of this.lastMs)
      if (lastMs >= fromMs) yield index;
      else this.lastMs.delete(index);
  }

  forget(index: number): void {
    this.indices.delete(index);
    this.lastMs.delete(index);
  }

  private isBeyond(one: Series, value: number): boolean {
    const { rule } = this;
    const { bad, unit } = one.meta;
    // Most are far below what anybody would notice: that costs no look at what is expected.
    if (rule === undefined || !(value >= (rule.floor[unit] ?? 0))) return false;
    return matters(Math.fround(value), this.expected(one), bad, rule, unit);
  }
}
