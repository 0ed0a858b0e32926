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
import { middleOf } from '../localise/past.ts';
import { seconds } from './advance.ts';
import { deployOf } from './deploy.ts';

const hourMs = 3_600_000;
const freshMs = 10_000;

/** By so many of its last figures a stand-in is judged: it gets few calls, and one late one of them is no trouble. */
const looks = 3;

/** An entity that is measured now and of whose figures most of the last few are in their band, all of them where there are two. */
const isHealthy = (engine: Engine, entity: string): boolean => {
  const measured = figures(engine, entity).flatMap((one) => {
    const { timesMs, values } = engine.watch.bank.recent(one.index);
    const fresh = values.filter((value, i) => timesMs[i]! >= engine.tickMs - freshMs && !Number.isNaN(value));
    return fresh.length === 0 ? [] : [{ one, seen: middleOf(fresh.slice(-looks)) }];
  });
  return measured.length > 0 && measured.every(({ one, seen }) => seen <= healthyUpTo(engine, one));
};

/** A playbook that fits, with what its plan is filled in with. */
export type Candidate = { readonly rule: PlaybookRule; readonly alternative: string | undefined };

/** The playbooks for such a cause, in the order in which they are written: where one did not help, the next may. */
export const candidates = (engine: Engine, cause: Cause, onsetMs: number): Candidate[] => {
  const entity = engine.rules.topology.entities.find((e) => e.name === cause.entity);
  const alternative = entity?.alternatives.find((name) => isHealthy(engine, name));
  const isReleased = deployOf(engine.changes, cause.entity, onsetMs) !== undefined;
  return engine.rules.playbooks.flatMap((rule) => {
    const { when, set } = rule;
    const fits =
      when.kinds.includes(cause.kind) &&
      (when.entityKind === undefined || when.entityKind === (entity?.kind ?? cause.entityKind)) &&
      (when.entities === undefined || when.entities.includes(cause.entity)) &&
      Object.entries(when.labels).every(([key, value]) => entity?.labels[key] === value) &&
      (!when.hasAlternative || alternative !== undefined) &&
      (when.afterDeploy === undefined || when.afterDeploy === isReleased) &&
      (when.trafficMin === undefined || trafficOf(engine, set.service) >= when.trafficMin);
    return fits ? [{ rule, alternative }] : [];
  });
};

/** Calls that reached a service in the last tick, in times of what is expected; 0 where nobody counts them. */
const trafficOf = ({ watch, tickMs }: Engine, service: string): number =>
  Math.max(
    0,
    ...watch.places.of(service).flatMap((one) => {
      const { meta, last, lastMs, index } = one;
      if (meta.stat !== 'count' || lastMs < tickMs - freshMs) return [];
      const { expected } = watch.bank.expected(index);
      return expected > 0 && Number.isFinite(last) ? [last / expected] : [];
    }),
  );

export const planOf = ({ rule, alternative }: Candidate, cause: Cause, incident: string, id: string): ActionPlan => {
  const fill = (text: string): string =>
    text.replaceAll('{{cause}}', cause.entity).replaceAll('{{alternative}}', alternative ?? '');
  return {
    id,
    incident,
    playbook: rule.name,
    target: fill(rule.set.service),
    cause: cause.entity,
    flag: fill(rule.set.flag),
    value: fill(rule.set.value),
    leaseMs: rule.lease,
  };
};

/** All actions of the incidents still remembered. */
export const actions = (engine: Engine): ActionView[] =>
  [...engine.incidents.values()].flatMap((incident) => incident.actions);

/** Why a plan may not be carried out now, and after how many ms nothing will forbid it any more (infinity: nobody knows). */
export type Forbidden = { readonly why: Bilingual; readonly forMs: number };

/** What forbids the plan now; undefined where nothing does. A cooldown comes last: where it is told, nothing else stands in the way. */
export const forbidden = (
  engine: Engine,
  rule: PlaybookRule,
  plan: ActionPlan,
  cause: Cause,
): Forbidden | undefined => {
  const { atMs } = engine.now;
  const { guards, when } = rule;
  const carriedOut = actions(engine).filter(
    (a) => a.playbook === rule.name && a.state !== 'refused' && a.id !== plan.id,
  );
  const holding = actions(engine).filter((a) => a.id !== plan.id && !actionFinal(a.state));
  if (engine.options.act === 'off') return never('the kill switch is on (FENGHUO_ACT=off)', '处置总开关已关闭');
  if (cause.confidence < when.confidenceMin)
    return never(
      `confidence ${cause.confidence.toFixed(2)} is below ${when.confidenceMin}`,
      `置信度 ${cause.confidence.toFixed(2)} 低于 ${when.confidenceMin}`,
    );
  if (holding.some((a) => a.target === plan.target && a.flag === plan.flag))
    return never(`${plan.target} ${plan.flag} is held by another action`, `${plan.target} ${plan.flag} 已被占用`);
  if (holding.filter((a) => a.playbook === rule.name).length >= guards.concurrencyMax)
    return never(`${guards.concurrencyMax} of this playbook hold already`, '同类处置已达并发上限');
  if (carriedOut.filter((a) => atMs - a.plannedMs < hourMs).length >= guards.perHourMax)
    return never(`${guards.perHourMax} within an hour are enough`, '一小时内次数已达上限');
  if (engine.options.act === 'dry') return never('dry run only (FENGHUO_ACT=dry)', '仅演练，不执行');
  const sinceMs = atMs - Math.max(...carriedOut.map((a) => a.undoneMs ?? a.plannedMs));
  if (sinceMs >= guards.cooldown) return undefined;
  return {
    why: {
      en: `the last one was ${seconds(sinceMs)} ago, its cooldown is ${seconds(guards.cooldown)}`,
      zh: `距上次处置 ${seconds(sinceMs)}，冷却期为 ${seconds(guards.cooldown)}`,
    },
    forMs: guards.cooldown - sinceMs,
  };
};

const never = (en: string, zh: string): Forbidden => ({ why: { en, zh }, forMs: Number.POSITIVE_INFINITY });
