// What probes say on the bus, decoded: columns found by their meaning, values as they were sent.
import type { Bus } from '@fenghuo/kit';
import { type Column, decodeFrame, type Frame, frameSchema, parseTelemetrySubject } from '@fenghuo/rules/contract';

export type Wire = {
  readonly frames: readonly Frame[];
  /** Early looks, as they came. */
  readonly early: readonly Frame[];
  /** Values over all frames so far of the columns that `is` admits, in order of arrival; NaN (missing) left out. */
  values(is: (column: Column) => boolean): number[];
  close(): void;
};

export const listen = (bus: Bus): Wire => {
  const schemas = new Map<string, readonly Column[]>();
  const frames: Frame[] = [];
  const early: Frame[] = [];
  const subscription = bus.nc.subscribe('fh.t.*.>', {
    callback: (_, message) => {
      const kind = parseTelemetrySubject(message.subject)?.kind;
      if (kind === 'schema') {
        const schema = frameSchema.parse(message.json());
        schemas.set(schema.hash, schema.columns);
      }
      if (kind !== 'frame' && kind !== 'early') return;
      const frame = decodeFrame(message.data);
      if ('fault' in frame) throw new Error(frame.fault);
      (kind === 'frame' ? frames : early).push(frame);
    },
  });
  return {
    frames,
    early,
    values: (is) =>
      frames.flatMap((frame) =>
        (schemas.get(frame.schema) ?? []).flatMap((column, i) => {
          const value = frame.values[i];
          return is(column) && value !== undefined && !Number.isNaN(value) ? [value] : [];
        }),
      ),
    close: () => subscription.unsubscribe(),
  };
};
