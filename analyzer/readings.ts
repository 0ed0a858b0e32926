// Frames of foreign senders as the detectors want them: every column in its place, totals as increases, buckets left out.
import type { Frame, FrameSchema } from '@fenghuo/rules/contract';

export class Readings {
  /** Last total of each cumulative series, by series id: it outlives the schema that a new series changes. */
  private readonly totals = new Map<string, number>();

  /** Whether frames of this schema need `plain`. Probes of our own send neither totals nor parts. */
  concerns(schema: FrameSchema): boolean {
    return schema.columns.some(({ kind, stat }) => kind === 'cumulative' || stat === 'bucket');
  }

  /** The frame with all its columns; what was not sent is NaN. A total that falls was reset and began at 0 again. */
  plain(frame: Frame, columns: FrameSchema['columns']): Frame {
    const { first = 0, ...rest } = frame;
    const values = new Float64Array(first + frame.values.length).fill(Number.NaN);
    for (let i = 0; i < frame.values.length; i++) {
      const column = columns[first + i];
      const value = frame.values[i]!;
      if (column === undefined || column.stat === 'bucket' || Number.isNaN(value)) continue;
      values[first + i] = column.kind === 'cumulative' ? this.increase(column.id, value) : value;
    }
    return { ...rest, values };
  }

  forget(id: string): void {
    this.totals.delete(id);
  }

  private increase(id: string, total: number): number {
    const before = this.totals.get(id) ?? Number.NaN;
    this.totals.set(id, total);
    return total < before ? total : total - before;
  }
}
