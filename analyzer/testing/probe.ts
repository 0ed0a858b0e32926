// A service with a probe, for tests that care about a few of its columns and nothing else.
import { type Column, type Frame, type FrameSchema, hash64 } from '@fenghuo/rules/contract';

export type TestProbe = {
  readonly schema: FrameSchema;
  /** What the columns are at second `at`. */
  readonly frame: (at: number, ...values: readonly number[]) => Frame;
};

/** The probe of one of `service`'s processes with these columns: gauges of no unit, of the class resource, where nothing else is said. */
export const probeOf = (service: string, columns: readonly Partial<Column>[], instance = '1'): TestProbe => {
  const schema: FrameSchema = {
    v: 1,
    probe: `${service}@${instance}`,
    incarnation: 1,
    hash: hash64(`${service}@${instance}`),
    resource: { service, instance, host: 'h' },
    listens: [],
    columns: columns.map((column, place) => ({
      id: hash64(`${service}@${instance} ${place}`),
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
