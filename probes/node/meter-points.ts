// The app's own OpenTelemetry metrics and those of the runtime instrumentation, as points of the tick.

import { classify } from '@fenghuo/rules/catalog';
import { limits, type Stat } from '@fenghuo/rules/contract';
import type { Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type Histogram,
  type MetricData,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Emit } from './point.ts';

/** Pulled by the probe once a tick; counters and histograms come as what was added since. */
export class TickReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  }
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

const texts = (attributes: Attributes): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, String(value).slice(0, limits.attributeCharsMax)]),
  );

/** A quantile of an explicit-bucket histogram, linear within its bucket, as Prometheus' histogram_quantile does. */
export const bucketQuantile = (q: number, { buckets, count, max }: Histogram): number => {
  if (count === 0) return Number.NaN;
  const rank = q * count;
  let seen = 0;
  for (let i = 0; i < buckets.counts.length; i++) {
    const here = buckets.counts[i]!;
    if (seen + here >= rank && here > 0) {
      const low = i === 0 ? 0 : buckets.boundaries[i - 1]!;
      const high = buckets.boundaries[i] ?? max ?? low;
      return low + ((high - low) * (rank - seen)) / here;
    }
    seen += here;
  }
  return max ?? Number.NaN;
};

/** Emits every data point of the meters; `own` tells business metrics of the app from the runtime's. */
export const meterPoints = (collected: ResourceMetrics, emit: Emit): void => {
  for (const { metrics, scope } of collected.scopeMetrics)
    for (const metric of metrics) one(metric, scope.name.startsWith('@opentelemetry/'), emit);
};

const one = (metric: MetricData, instrumentation: boolean, emit: Emit): void => {
  const { name, unit } = metric.descriptor;
  // What an app measures of itself is business unless its words say latency or errors.
  const found = classify(name, unit).class;
  const of =
    instrumentation || found === 'latency' || found === 'errors' || found === 'saturation' ? found : 'business';
  const base = { metric: name, unit: unit === '' ? '1' : unit };
  if (metric.dataPointType === DataPointType.SUM) {
    const kind = metric.isMonotonic ? 'delta' : 'gauge';
    for (const point of metric.dataPoints)
      emit({ ...base, kind, class: of, attributes: texts(point.attributes), value: point.value });
    return;
  }
  if (metric.dataPointType === DataPointType.GAUGE) {
    for (const point of metric.dataPoints)
      emit({ ...base, kind: 'gauge', class: of, attributes: texts(point.attributes), value: point.value });
    return;
  }
  if (metric.dataPointType !== DataPointType.HISTOGRAM) return;
  for (const point of metric.dataPoints) {
    const h = point.value;
    const attributes = texts(point.attributes);
    const put = (stat: Stat, value: number): void =>
      emit({ ...base, kind: stat === 'count' ? 'delta' : 'gauge', class: of, stat, attributes, value });
    put('count', h.count);
    put('mean', h.count === 0 ? Number.NaN : (h.sum ?? Number.NaN) / h.count);
    put('p50', bucketQuantile(0.5, h));
    put('p90', bucketQuantile(0.9, h));
    put('max', h.max ?? Number.NaN);
  }
};
