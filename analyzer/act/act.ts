// Playbooks as leased transactions: plan, guard, lease, verify, undo. Renewed while the engine lives; without it the value returns by itself.
import {
  type ActionState,
  type ActionView,
  actionFinal,
  actionNext,
  type Bilingual,
  type Cause,
  type Command,
  type FlagReport,
  type Incident,
  type PlaybookRule,
} from '@fenghuo/rules/contract';
import { type Engine, emit } from '../engine.ts';
import { healthyFor } from '../lifecycle.ts';
import { advance, isHolding } from './advance.ts';
import { actions, type Candidate, candidates, forbidden, planOf } from './choose.ts';
import { recommend } from './recommend.ts';

/** Figures of a KPI after the value took effect that must be good before it is believed. */
const goodTicks = 2;
const settleMs = 1_000;

/** Moves every action on, then plans for incidents that have a cause and no action yet. */
export const act = (engine: Engine): undefined => {
  for (const incident of engine.incidents.values())
    for (const view of incident.actions) if (!actionFinal(view.state)) look(engine, incident, view);
  for (const id of engine.files.keys()) plan(engine, id);
};

const look = (engine: Engine, incident: Incident, view: ActionView): undefined => {
  const rule = engine.rules.playbooks.find((r) => r.name === view.playbook);
  if (rule === undefined)
    return void (
      isHolding(view.state) && move(engine, view, 'undoing', { en: 'its playbook is gone', zh: '预案已删除' })
    );
  const next = advance(view, rule, {
    nowMs: engine.now.atMs,
    sinceMs: engine.since.get(view.id) ?? view.plannedMs,
    kpiBack: kpiBack(engine, rule, view),
    causeHealthyMs: healthyFor(engine, incident.id),
    isPointless: incident.state === 'closed' || (incident.cause !== null && incident.cause.entity !== view.cause),
  });
  if (next !== undefined) move(engine, view, next.to, next.why);
};

const kpiBack = (engine: Engine, rule: PlaybookRule, view: ActionView): boolean | undefined => {
  const kpi = engine.kpis.find(rule.verify.kpi);
  if (kpi === undefined || view.appliedMs === undefined) return undefined;
  const { index } = kpi.series;
  const { timesMs, values } = engine.watch.bank.recent(index);
  const { low, high } = engine.watch.bank.expected(index);
  const min =
    rule.verify.min ?? (rule.verify.max === undefined && kpi.rule.better === 'higher' ? low : Number.NEGATIVE_INFINITY);
  const max =
    rule.verify.max ?? (rule.verify.min === undefined && kpi.rule.better === 'lower' ? high : Number.POSITIVE_INFINITY);
  const from = view.appliedMs + settleMs;
  const since = [...values].filter((value, i) => timesMs[i]! >= from && !Number.isNaN(value)).slice(-goodTicks);
  return since.length < goodTicks ? undefined : since.every((value) => value >= min && value <= max);
};

const plan = (engine: Engine, id: string): undefined => {
  const incident = engine.incidents.get(id);
  if (incident === undefined || incident.cause === null || incident.state === 'repaired' || incident.state === 'closed')
    return;
  const { cause } = incident;
  if (healthyFor(engine, id) > 0 || incident.actions.some((a) => !actionFinal(a.state))) return;
  const fitting = candidates(engine, cause, incident.onsetMs);
  for (const [i, candidate] of fitting.entries()) {
    const waitMs = attempt(engine, incident, cause, candidate);
    // Whether the next one helps is known after its time for that; one that may begin before then keeps its turn.
    if (waitMs <= (fitting[i + 1]?.rule.verify.within ?? 0)) return;
  }
  const now = engine.incidents.get(id);
  if (now !== undefined) recommend(engine, now);
};

/** Plans one playbook and carries it out where nothing forbids it. Answers in how many ms it may be: 0 where it is under way, infinity for never. */
const attempt = (engine: Engine, incident: Incident, cause: Cause, candidate: Candidate): number => {
  const { rule } = candidate;
  const before = incident.actions.filter((a) => a.playbook === rule.name && a.cause === cause.entity);
  // What was tried and did not help, or what a person refused, is not tried again.
  const isVain = (a: ActionView): boolean =>
    (actionFinal(a.state) && a.state !== 'refused' && a.verifiedMs === undefined) || engine.rejected.has(a.id);
  if (before.some(isVain)) return Number.POSITIVE_INFINITY;
  const plan = planOf(candidate, cause, incident.id, `a${engine.options.partition}-${engine.now.seq}-${engine.now.n}`);
  const no = forbidden(engine, rule, plan, cause);
  if (no !== undefined && before.some((a) => a.state === 'refused')) return no.forMs;
  const { title } = rule;
  const { target, flag, value } = plan;
  emit(engine, {
    type: 'action.planned',
    incident: incident.id,
    action: plan,
    why: { en: `${title.en}: ${target} ${flag} → ${value}`, zh: `${title.zh}：${target} ${flag} → ${value}` },
  });
  const view = actions(engine).find((a) => a.id === plan.id)!;
  if (no !== undefined) move(engine, view, 'refused', no.why);
  else if (rule.guards.approval === 'person')
    move(engine, view, 'awaiting_approval', { en: 'its playbook asks for a person', zh: '预案要求人工审批' });
  else move(engine, view, 'applying', { en: 'all guards passed', zh: '全部护栏通过' });
  return no?.forMs ?? 0;
};

const move = (engine: Engine, view: ActionView, to: ActionState, why: Bilingual, by?: string): undefined => {
  if (!actionNext[view.state].includes(to)) return;
  emit(engine, {
    type: 'action.state',
    incident: view.incident,
    action: view.id,
    from: view.state,
    to,
    why,
    ...(by ? { by } : {}),
  });
  if (to === 'applying') lease(engine, view, view.value, 0);
  if (to === 'undoing') lease(engine, view, null, engine.renewals.get(view.id) ?? 0);
};

const lease = (engine: Engine, view: ActionView, value: string | null, renewal: number): undefined => {
  engine.out.leases.push({
    v: 1,
    service: view.target,
    key: view.flag,
    value,
    leaseMs: view.leaseMs,
    action: view.id,
    renewal,
  });
  engine.renewed.set(view.id, engine.now.atMs);
  engine.renewals.set(view.id, renewal);
};

/** Renews what holds, three times within each lease. After a restart nothing is known as renewed, so all is renewed at once. */
export const renew = (engine: Engine): undefined => {
  for (const incident of engine.incidents.values())
    for (const view of incident.actions) {
      const last = engine.renewed.get(view.id);
      const dueMs = last === undefined ? 0 : last + view.leaseMs / 3;
      if (view.state === 'undoing' && last === undefined) lease(engine, view, null, 0);
      else if (isHolding(view.state) && engine.now.atMs >= dueMs)
        lease(
          engine,
          view,
          view.value,
          last === undefined
            ? Math.floor((engine.now.atMs - view.plannedMs) / (view.leaseMs / 3)) + 1
            : (engine.renewals.get(view.id) ?? 0) + 1,
        );
    }
};

/** An agent says which value is effective. */
export const flagReported = (engine: Engine, report: FlagReport): undefined => {
  for (const view of actions(engine)) {
    if (view.target !== report.service || view.flag !== report.key || actionFinal(view.state)) continue;
    const isOurs = report.source === 'lease' && report.action === view.id && report.value === view.value;
    if (view.state === 'applying' && isOurs)
      move(engine, view, 'applied', {
        en: `${report.probe} reports ${report.value} effective`,
        zh: `${report.probe} 报告 ${report.value} 已生效`,
      });
    else if (view.state === 'undoing' && report.source !== 'lease')
      move(engine, view, 'undone', {
        en: `${report.probe} is back at ${report.value}`,
        zh: `${report.probe} 已恢复为 ${report.value}`,
      });
    else if (isHolding(view.state) && report.source === 'expired' && report.action === view.id)
      move(engine, view, 'expired', {
        en: `${report.probe} let the lease run out`,
        zh: `${report.probe} 的租约已到期`,
      });
  }
};

/** Approve, reject, undo by a person. What cannot be done is answered. */
export const obeyAction = (engine: Engine, command: Command): undefined => {
  if (!('action' in command)) return;
  const { by, verb } = command;
  const view = actions(engine).find((a) => a.id === command.action);
  const to: ActionState = verb === 'approve' ? 'applying' : verb === 'reject' ? 'refused' : 'undoing';
  const isPossible =
    view !== undefined &&
    actionNext[view.state].includes(to) &&
    (verb === 'undo' || view.state === 'awaiting_approval');
  if (view !== undefined && isPossible)
    return move(
      engine,
      view,
      to,
      { en: `${verb} by ${by}`, zh: `${by}：${{ approve: '批准', reject: '拒绝', undo: '撤销' }[verb]}` },
      by,
    );
  const text = {
    en: view === undefined ? `${verb}: no action ${command.action}` : `${verb}: action ${view.id} is ${view.state}`,
    zh: view === undefined ? `${verb}：没有处置 ${command.action}` : `${verb}：处置 ${view.id} 处于 ${view.state}`,
  };
  emit(engine, { type: 'engine.note', ...(view ? { incident: view.incident } : {}), code: 'command_refused', text });
};
