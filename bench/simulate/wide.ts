// Two hundred figures a service: the twenty of the made-up platform and as many more of every class as make a service wide.
import { type Column, type FrameSchema, schemaHash, seriesId } from '@fenghuo/rules/contract';
import { schemaOf } from './schemas.ts';
import { metaOf } from './streams.ts';
import type { Node } from './town.ts';

/** Figures of a service beyond those of the platform; a multiple of the kinds of streams, so that series `i * MORE + k` is of kind `k`. */
const MORE = 180;

/** `schemaOf` with more figures of the service's own: operations, pools, queues, processors, each of a class in turn. */
export const wideSchemaOf = (nodes: readonly Node[], i: number, incarnation: number): FrameSchema => {
  const { probe, resource, listens, columns: key } = schemaOf(nodes, i, incarnation);
  const more = Array.from({ length: MORE }, (_, k): Column => {
    const { unit, kind, stat, class: of } = metaOf(k);
    const metric = `app.${of}.${k}`;
    return {
      id: seriesId(resource, metric, stat, {}),
      metric,
      unit,
      kind,
      class: of,
      ...(stat === undefined ? {} : { stat }),
      attributes: {},
    };
  });
  const content = { resource, listens, columns: [...key, ...more] };
  return { v: 1, probe, incarnation, hash: schemaHash(content), ...content };
};

/** Fills a frame of such a schema behind its first `key` figures. */
export const fillMore = (
  value: (series: number, sample: number) => number,
  i: number,
  second: number,
  key: number,
  out: Float64Array,
): void => {
  for (let k = 0; k < MORE; k++) out[key + k] = value(i * MORE + k, second);
};
