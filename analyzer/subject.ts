// What an anomaly says of the series that it is about, whoever found it.
import type { Anomaly } from '@fenghuo/rules/contract';
import type { SeriesMeta } from './types.ts';

type Subject = Pick<Anomaly, 'series' | 'entity' | 'metric' | 'unit' | 'class' | 'stat' | 'caller' | 'instance'>;

/** Identity, unit and class of a series, in an anomaly's words; what a series lacks is left out. */
export const subjectOf = (meta: SeriesMeta): Subject => ({
  series: meta.id,
  entity: meta.entity,
  metric: meta.metric,
  unit: meta.unit,
  class: meta.class,
  ...(meta.stat === undefined ? {} : { stat: meta.stat }),
  ...(meta.caller === undefined ? {} : { caller: meta.caller }),
  ...(meta.instance === undefined ? {} : { instance: meta.instance }),
});
