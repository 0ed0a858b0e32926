// The last minutes of each KPI: server and browser append to them the same way. Pure, and imports types only: the browser loads it.
import type { LiveGraph } from '@fenghuo/rules/contract';
import type { KpiHistory } from './events.ts';

/** Ticks kept a KPI: five minutes at 1 s. */
const TICKS_MAX = 300;

/** KPIs that are no longer told are forgotten. */
export const appendKpis = (before: KpiHistory, graph: LiveGraph): KpiHistory =>
  Object.fromEntries(
    graph.kpis.map(({ kpi, value }) => [kpi, [...(before[kpi] ?? []), value].slice(-TICKS_MAX)] as const),
  );
