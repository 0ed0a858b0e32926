// What this host's agent reports: names with unit, kind and class, read once.
import { classify } from '@fenghuo/rules/catalog';
import type { MetricClass } from '@fenghuo/rules/contract';
import { kernelText, readAll } from './sample.ts';

export type Listed = {
  readonly metric: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'delta';
  readonly class: MetricClass;
};

/** Distinct metric names of this host, sorted. */
export const listMetrics = (): Listed[] => {
  const found = new Map<string, Listed>();
  for (const { metric, unit, kind } of readAll(kernelText))
    found.set(metric, {
      metric,
      unit,
      kind: kind === 'total' ? 'delta' : 'gauge',
      class: classify(metric, unit).class,
    });
  return [...found.values()].sort((a, b) => (a.metric < b.metric ? -1 : 1));
};
