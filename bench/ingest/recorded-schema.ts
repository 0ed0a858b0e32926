// What a host that plays the recording announces, alike for every load.
import { type Column, type FrameSchema, schemaHash, seriesId } from '@fenghuo/rules/contract';
import type { RecordedColumn } from './recording.ts';

/** The schema of a host's probe; its columns are gauges in the order of the recording. */
export const recordedSchema = (host: string, recorded: readonly RecordedColumn[]): FrameSchema => {
  const resource = { host };
  const columns = recorded.map(
    ({ metric, unit, attributes }): Column => ({
      id: seriesId(resource, metric, undefined, attributes),
      metric,
      unit,
      kind: 'gauge',
      class: 'resource',
      attributes,
    }),
  );
  const content = { resource, listens: [], columns };
  return { v: 1, probe: `host@${host}`, incarnation: 1, hash: schemaHash(content), ...content };
};
