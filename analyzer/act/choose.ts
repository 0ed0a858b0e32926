// Which playbook fits a cause, with what in place of the cause, and which guard forbids it now.
import {
  type ActionPlan,
  type ActionView,
  actionFinal,
  type Bilingual,
  type Cause,
  type PlaybookRule,
} from '@fenghuo/rules/contract';
import { type Engine, figures, healthyUpTo } from '../engine.ts';

const hourMs = 3_600_000;
const freshMs = 10_000;

/** An entity that is measured now and whose figures are all in their band. */
export const isHealthy = (engine: Engine, entity: string): boolean => {
  const own = figures(engine, entity).filter((one) => one.lastMs >= engine.tickMs - freshMs && !Number.isNaN(one.last));
  return own.length > 0 && own.every((one) => one.last <= healthyUpTo(engine, one));
};

/** The first playbook for such a cause, filled in; undefined where none is written for it or no alternative is healthy. */
export const choose = (
  engine: Engine,
  cause: Cause,
  incident: string,
  id: string,
): { readonly rule: PlaybookRule; readonly plan: ActionPlan } | undefined => {
  const entity = engine.rules.topology.entities.find((e) => e.name === cause.entity);
  for (const rule of engine.rules.playbooks) {
    const { when, set } = rule;
    if (!when.kinds.includes(cause.kind)) continue;
    if (when.entityKind !== undefined && when.entityKind !== (entity?.kind ?? cause.entityKind)) continue;
    if (!Object.entries(when.labels).every(([key, value]) => entity?.labels[key] === value)) continue;
    const alternative = entity?.alternatives.find((name) => isHealthy(engine, name));
    if (when.hasAlternative && alternative === undefined) continue;
    const fill = (text: string): string =>
      text.replaceAll('{{cause}}', cause.entity).replaceAll('{{alternative}}', alternative ?? '');
    const plan: ActionPlan = {
      id,
      incident,
      playbook: rule.name,
      target: fill(set.service),
      cause: cause.entity,
      flag: fill(set.flag),
      value: fill(set.value),
      leaseMs: rule.lease,
    };
    return { rule, plan };
  }
  return undefined;
};

/** All actions of the incidents still remembered. */
export const actions = (engine: Engine): ActionView[] =>
  [...engine.incidents.values()].flatMap((incident) => incident.actions);

/** Why the plan may not be carried out now; undefined where nothing forbids it. */
export const forbidden = (
  engine: Engine,
  rule: PlaybookRule,
  plan: ActionPlan,
  cause: Cause,
): Bilingual | undefined => {
  const { atMs } = engine.now;
  const { guards, when } = rule;
  const carriedOut = actions(engine).filter(
    (a) => a.playbook === rule.name && a.state !== 'refused' && a.id !== plan.id,
  );
  const holding = actions(engine).filter((a) => a.id !== plan.id && !actionFinal(a.state));
  const last = Math.max(...carriedOut.map((a) => a.undoneMs ?? a.plannedMs));
  if (engine.options.act === 'off') return { en: 'the kill switch is on (FENGHUO_ACT=off)', zh: '处置总开关已关闭' };
  if (cause.confidence < when.confidenceMin)
    return {
      en: `confidence ${cause.confidence.toFixed(2)} is below ${when.confidenceMin}`,
      zh: `置信度 ${cause.confidence.toFixed(2)} 低于 ${when.confidenceMin}`,
    };
  if (holding.some((a) => a.target === plan.target && a.flag === plan.flag))
    return { en: `${plan.target} ${plan.flag} is held by another action`, zh: `${plan.target} ${plan.flag} 已被占用` };
  if (holding.filter((a) => a.playbook === rule.name).length >= guards.concurrencyMax)
    return { en: `${guards.concurrencyMax} of this playbook hold already`, zh: '同类处置已达并发上限' };
  if (atMs - last < guards.cooldown) return { en: 'the last one was too short ago', zh: '仍在冷却期' };
  if (carriedOut.filter((a) => atMs - a.plannedMs < hourMs).length >= guards.perHourMax)
    return { en: `${guards.perHourMax} within an hour are enough`, zh: '一小时内次数已达上限' };
  if (engine.options.act === 'dry') return { en: 'dry run only (FENGHUO_ACT=dry)', zh: '仅演练，不执行' };
  return undefined;
};
