// A service with one probe, for tests that care about a few of its columns and nothing else.
import { type Column, type Frame, type FrameSchema, hash64 } from '@fenghuo/rules/contract';

export type TestProbe = {
  readonly schema: FrameSchema;
  /** What the columns are at second `at`. */
  readonly frame: (at: number, ...values: readonly number[]) => Frame;
};

/** `service`'s probe with these columns: gauges of no unit, of the class resource, where nothing else is said. */
export const probeOf = (service: string, columns: readonly Partial<Column>[]): TestProbe => {
  const schema: FrameSchema = {
    v: 1,
    probe: `${service}@1`,
    incarnation: 1,
    hash: hash64(service),
    resource: { service, instance: '1', host: 'h' },
    listens: [],
    columns: columns.map((column, place) => ({
      id: (place + 1).toString(16).padStart(16, '0'),
      metric: 'process.cpu.utilization',
      unit: '1',
      kind: 'gauge',
      class: 'resource',
      attributes: {},
      ...column,
    })),
  };
  const head = { schema: schema.hash, probe: hash64(schema.probe), incarnation: 1, lost: 0 };
  return {
    schema,
    frame: (at, ...values) => ({ ...head, sequence: at, timeMs: at * 1_000, values: Float64Array.from(values) }),
  };
};
