// Budgets that burn too fast: a page opens an incident or joins one, a ticket is told and wakes nobody, both are called off when it is over.
import { type Anomaly, type Bilingual, type BurnPolicy, limits } from '@fenghuo/rules/contract';
import { incidentOf } from '../correlate/belongs.ts';
import { severity } from '../correlate/correlate.ts';
import { planned } from '../correlate/planned.ts';
import { type Engine, emit } from '../engine.ts';
import { Series, unprobed } from '../series.ts';
import { accountMs, alertKey, type Objective } from './slos.ts';

/** Tells what began and what ended since the last tick, and keeps the account. */
export const burn = (engine: Engine): void => {
  for (const one of engine.slos.all) {
    for (const { policy, holds, long, short } of one.budget.burns) {
      const isTold = engine.slos.told.has(alertKey(one.slo.name, policy));
      if (holds && !isTold) began(engine, one, policy, long, short);
      else if (!holds && isTold) ended(engine, one, policy);
    }
    const { pending } = one;
    if (pending.all > 0 && pending.toMs - pending.fromMs >= accountMs)
      emit(engine, { type: 'slo.budget', slo: one.slo.name, ...pending });
  }
};

const began = (engine: Engine, one: Objective, policy: BurnPolicy, long: number, short: number): void => {
  const { slo, budget } = one;
  const about = seriesOf(one);
  const anomaly = anomalyOf(engine, one, policy, short);
  const text = textOf(one, policy, long, short);
  const told = { slo: slo.name, service: slo.service, policy, long, short, left: budget.left, text };
  if (policy.severity === 'ticket') return void emit(engine, { type: 'slo.burn', opened: false, ...told });
  if (planned(engine, about)) return;
  const file = incidentOf(engine, {
    one: about,
    anomaly,
    ticks: 0,
    isRare: true,
    isPlain: false,
    isUnserved: false,
    demand: 1,
  });
  if (file !== undefined) return void emit(engine, { type: 'slo.burn', incident: file.id, opened: false, ...told });
  if (engine.files.size >= limits.incidentsOpenMax) return;
  const incident = `i${engine.options.partition}-${engine.now.seq}-${engine.now.n}`;
  const onsetMs = anomaly.onsetMs;
  emit(engine, {
    type: 'incident.opened',
    incident,
    onsetMs,
    severity: severity(engine),
    title: text,
    trigger: [anomaly],
  });
  emit(engine, { type: 'slo.burn', incident, opened: true, ...told });
};

const ended = (engine: Engine, { slo, budget }: Objective, policy: BurnPolicy): void => {
  const incident = engine.slos.told.get(alertKey(slo.name, policy))?.incident;
  const left = percent(budget.left);
  const text = {
    en: `${slo.title.en}: the budget no longer burns too fast; ${left} of it is left`,
    zh: `${slo.title.zh}：错误预算消耗已恢复正常，剩余 ${left}`,
  };
  emit(engine, {
    type: 'slo.calm',
    ...(incident === undefined ? {} : { incident }),
    slo: slo.name,
    policy,
    left: budget.left,
    text,
  });
};

/** The objective as a series: what correlation asks of an opener. */
const seriesOf = ({ slo }: Objective): Series =>
  new Series(
    -1,
    {
      id: `slo:${slo.name}`,
      entity: slo.service,
      metric: slo.name,
      unit: '1',
      class: 'errors',
      kind: 'gauge',
      bad: 'up',
    },
    unprobed,
  );

const anomalyOf = (engine: Engine, { slo, budget }: Objective, policy: BurnPolicy, short: number): Anomaly => {
  const allowed = 1 - slo.target;
  return {
    series: `slo:${slo.name}`,
    entity: slo.service,
    metric: slo.name,
    unit: '1',
    class: 'errors',
    shape: 'burn',
    onsetMs: budget.onsetMs(policy) ?? engine.tickMs,
    detectedMs: engine.now.atMs,
    seen: Math.min(1, short * allowed),
    expected: allowed,
    low: 0,
    high: Math.min(1, policy.burn * allowed),
    z: short,
    probability: 1,
  };
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const times = (rate: number): string => `${Number(rate.toPrecision(3))}×`;
const spans = [
  [86_400_000, 'd', '天'],
  [3_600_000, 'h', '小时'],
  [60_000, 'min', '分钟'],
  [1_000, 's', '秒'],
] as const;
const span = (ms: number): Bilingual => {
  const [unit, en, zh] = spans.find(([of]) => ms >= of && ms % of === 0) ?? ([1, 'ms', '毫秒'] as const);
  return { en: `${ms / unit} ${en}`, zh: `${ms / unit} ${zh}` };
};

const textOf = ({ slo, budget }: Objective, policy: BurnPolicy, long: number, short: number): Bilingual => {
  const [far, near] = [span(policy.longMs), span(policy.shortMs)];
  const left = percent(budget.left);
  return {
    en: `${slo.title.en}: the error budget burns ${times(long)} as fast as allowed over ${far.en} and ${times(short)} over ${near.en} (limit ${policy.burn}×); ${left} of it is left`,
    zh: `${slo.title.zh}：错误预算 ${far.zh} 内以 ${times(long)}、${near.zh} 内以 ${times(short)} 的速度消耗（阈值 ${policy.burn}×），剩余 ${left}`,
  };
};
