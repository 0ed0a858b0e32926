// Which evidence is worth a chart first, and what a chart is called. Pure.
import type { LiveEvidence, LiveGraph } from '@fenghuo/rules/contract';

type Series = LiveEvidence['series'];
type One = Series[number];
/** The usual figure of a histogram before its extremes. */
const statOrder: readonly (string | undefined)[] = [
  'p50',
  undefined,
  'p90',
  'p99',
  'mean',
  'max',
  'min',
  'sum',
  'count',
];

const isKpi = (one: One): boolean => one.class === 'business';
const stat = (one: One): number => statOrder.indexOf(one.stat);

/** The cause's own metric first, its usual statistic before others; then what customers feel; then the rest. */
export const chartOrder = (series: Series, cause: { entity: string; metric: string } | null): Series => {
  const rank = (one: One): number => {
    if (cause !== null && one.entity === cause.entity && one.metric === cause.metric) return 0;
    return isKpi(one) ? 1 : 2;
  };
  const sorted = [...series].sort((a, b) => rank(a) - rank(b) || stat(a) - stat(b));
  // One figure of the cause, then what it means for people: further figures of the cause say the same again.
  const [first, ...rest] = sorted;
  if (first === undefined || rank(first) !== 0) return sorted;
  return [first, ...rest.filter((one) => isKpi(one)), ...rest.filter((one) => !isKpi(one))];
};

/** `payment → bank-a · http.client.request.duration p50`, or a KPI's own title. */
export const chartTitle = (one: One, kpis: LiveGraph['kpis'], lang: 'en' | 'zh'): string => {
  const kpi = isKpi(one) ? kpis.find((known) => known.kpi === one.metric) : undefined;
  if (kpi !== undefined) return kpi.title[lang];
  const where = one.caller === undefined ? one.entity : `${one.caller} → ${one.entity}`;
  return `${where} · ${one.metric}${one.stat === undefined ? '' : ` ${one.stat}`}`;
};
