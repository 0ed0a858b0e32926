// One figure of a tick, before it becomes a column of the frame.
import type { EdgeRef, MetricClass, Stat, ValueKind } from '@fenghuo/rules/contract';

export type Point = {
  readonly metric: string;
  readonly unit: string;
  readonly kind: ValueKind;
  readonly class: MetricClass;
  readonly stat?: Stat;
  readonly attributes: Readonly<Record<string, string>>;
  readonly edge?: EdgeRef;
  readonly value: number;
};
/** Receives the points of a tick. */
export type Emit = (point: Point) => void;
