// A schema's columns as the bank knows them, and which of them are looked at beside it.
import type { FrameSchema } from '@fenghuo/rules/contract';
import type { Series } from './series.ts';
import type { Shown } from './shed.ts';
import type { Reported } from './silences.ts';

export type Layout = Shown &
  Reported & {
    readonly probe: string;
    /** Those that count an edge's calls. */
    readonly calls: readonly number[];
    /** Those that count an edge's failed calls. */
    readonly errors: readonly number[];
    /** Those that count the calls that the process itself failed. */
    readonly own: readonly number[];
    /** Those that tell how long an edge's calls take. */
    readonly latencies: readonly number[];
    readonly columns: FrameSchema['columns'];
    /** A foreign sender's frames must first be made plain. */
    readonly isForeign: boolean;
  };

/** Which columns, of these series, are looked at beside the bank. */
export const figuresOf = (series: readonly Series[]): Pick<Layout, 'calls' | 'errors' | 'own' | 'latencies'> => {
  const where = (is: (one: Series) => boolean): number[] => series.flatMap((one, i) => (is(one) ? [i] : []));
  return {
    calls: where(({ meta }) => meta.caller !== undefined && meta.stat === 'count'),
    errors: where(({ meta }) => isOfEdge(meta)),
    own: where(({ meta }) => isConfession(meta)),
    latencies: where(({ callee, meta }) => callee !== undefined && meta.class === 'latency'),
  };
};

/** Failures of the calls of an edge. */
const isOfEdge = ({ caller, class: of }: Series['meta']): boolean => caller !== undefined && of === 'errors';

/** Failures that a process tells of the calls that it serves. */
const isConfession = ({ caller, instance, class: of, kind }: Series['meta']): boolean =>
  caller === undefined && instance !== undefined && of === 'errors' && kind === 'delta';

/** Whether each frame is asked if calls fail in it. */
export const isHeard = ({ meta }: Series): boolean => isOfEdge(meta) || isConfession(meta);

/** Whether a count was last told as above zero; a missing one says nothing. */
export const turn = (set: Set<number>, index: number, value: number): void => {
  if (value > 0) set.add(index);
  else if (value === 0) set.delete(index);
};
