// Healthy series of the kinds that services have, for benches of single series: each value a look into tables, no two series alike.
import type { SeriesMeta } from '@fenghuo/analyzer/detect';
import { drifting, gaussian, heavy, MASK, uniform } from './tables.ts';

export const kinds = ['latency', 'errors', 'traffic', 'resource', 'saturation'] as const;

const units = {
  latency: 's',
  errors: '{error}',
  traffic: '{call}',
  resource: '1',
  saturation: '{connection}',
} as const;

export const metaOf = (i: number): SeriesMeta => {
  const of = kinds[i % kinds.length]!;
  return {
    id: i.toString(16).padStart(16, '0'),
    entity: `service-${Math.floor(i / 20)}`,
    metric: of,
    ...(of === 'latency' ? { stat: 'p50' as const } : of === 'traffic' ? { stat: 'count' as const } : {}),
    unit: units[of],
    class: of,
    kind: of === 'errors' || of === 'traffic' ? 'delta' : 'gauge',
    bad: of === 'traffic' ? 'both' : 'up',
  };
};

/** `value(i, t)` of series `i` at its sample `t`; missing ones (one in a hundred of every tenth series) are NaN. */
export const streams = (random: () => number): ((i: number, t: number) => number) => {
  const [normal, fat, slow, even] = [gaussian(random), heavy(random, 4), drifting(random, 0.98), uniform(random)];
  const latency = fat.map((x, k) => 0.05 * Math.exp(0.15 * x + 0.1 * slow[k]!));
  const errors = even.map((u) => (u > 0.995 ? 2 : u > 0.98 ? 1 : 0));
  const traffic = normal.map((x, k) => Math.max(0, Math.round(40 + 8 * slow[k]! + 6.3 * x)));
  const busy = fat.map((x, k) => Math.min(1, Math.max(0, 0.3 + 0.03 * x + 0.05 * slow[k]!)));
  const pool = slow.map((x) => Math.max(0, Math.round(12 + 3 * x)));
  const tables = [latency, errors, traffic, busy, pool];
  return (i, t) => {
    const at = (Math.imul(i, 0x9e3779b1) + t) & MASK;
    if (i % 10 === 3 && even[at]! > 0.99) return Number.NaN;
    return tables[i % tables.length]![at]! * (i % 5 === 0 ? 1 + (i & 63) / 16 : 1);
  };
};
