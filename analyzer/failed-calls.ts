// Which counts of failed calls failed in their last frame, kept frame by frame as in slow-calls.ts, and which of them need not be looked at again.
import { type Layout, turn } from './layout.ts';

export class FailedCalls {
  /** Indices of counts of an edge's failed calls that were last told as above zero. */
  readonly ofEdges = new Set<number>();
  /** The same, of what processes tell of themselves. */
  readonly own = new Set<number>();
  /** Those that the last look found too few to matter while none has failed since: there is nothing new to see. */
  readonly few = new Set<number>();

  /** A frame was taken in; a count that it lacks stays what it was. */
  take({ series, errors, own }: Pick<Layout, 'series' | 'errors' | 'own'>, values: Float64Array): void {
    for (const i of errors) this.turn(this.ofEdges, series[i]!.index, values[i] ?? Number.NaN);
    for (const i of own) this.turn(this.own, series[i]!.index, values[i] ?? Number.NaN);
  }

  forget(index: number): void {
    for (const some of [this.ofEdges, this.own, this.few]) some.delete(index);
  }

  private turn(set: Set<number>, index: number, value: number): void {
    turn(set, index, value);
    if (value > 0) this.few.delete(index);
  }
}
