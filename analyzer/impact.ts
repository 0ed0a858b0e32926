// What an incident cost: the shortfall of the KPIs that count, against their expected curve since the onset, with an interval.
import type { Impact } from '@fenghuo/rules/contract';
import type { CaseFile } from './case-file.ts';
import { type Engine, emit } from './engine.ts';

const everyMs = 5_000;

/** Adds up the shortfall of the ticks since the last time, until the incident is repaired. */
export const accumulate = (engine: Engine, file: CaseFile): void => {
  if (engine.incidents.get(file.id)?.state === 'repaired') return;
  const { bank } = engine.watch;
  for (const { rule, series } of engine.kpis.all) {
    if (!rule.impact) continue;
    const { expected, low, high } = bank.expected(series.index);
    const sum = file.shortfall.get(rule.name) ?? { lost: 0, variance: 0, untilMs: file.onsetMs - 1 };
    const { timesMs, values } = bank.recent(series.index);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (timesMs[i]! <= sum.untilMs || Number.isNaN(value)) continue;
      sum.lost += rule.better === 'higher' ? expected - value : value - expected;
      // The band is six standard deviations wide; ticks are taken as independent.
      sum.variance += ((high - low) / 6) ** 2;
      sum.untilMs = timesMs[i]!;
    }
    file.shortfall.set(rule.name, sum);
  }
};

/** Tells it every few seconds. */
export const account = (engine: Engine, file: CaseFile): void => {
  const incident = engine.incidents.get(file.id);
  if (incident === undefined || !engine.files.has(file.id) || incident.state === 'repaired') return;
  if (engine.now.atMs - file.impactMs < everyMs) return;
  const told: Impact[] = [];
  for (const { rule, series } of engine.kpis.all) {
    const sum = file.shortfall.get(rule.name);
    if (!rule.impact || sum === undefined) continue;
    const half = 1.96 * Math.sqrt(sum.variance);
    told.push({
      audience: rule.audience,
      kpi: rule.name,
      unit: rule.unit,
      lost: Math.max(0, sum.lost),
      lostLow: Math.max(0, sum.lost - half),
      lostHigh: Math.max(0, sum.lost + half),
      seen: Number.isNaN(series.last) ? 0 : series.last,
      expected: engine.watch.bank.expected(series.index).expected,
    });
  }
  if (told.length > 0) emit(engine, { type: 'incident.impact', incident: file.id, impact: told });
};
