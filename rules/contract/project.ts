// The incident document as a fold over the decision log: the analyzer's recovery, the console and the report share it.
import type { Anomaly } from './anomaly.ts';
import type { Decision, DecisionOf } from './decision.ts';
import type { ActionView, Incident, TimelineEntry } from './incident.ts';

/** All incidents by id, oldest first. Pure: returns a new map only where something changed. */
export type Incidents = ReadonlyMap<string, Incident>;

const MINUTE_MS = 60_000;
/** The owner's 1-5-30: alert, respond, repair. */
export const clockMs = { alert: MINUTE_MS, respond: 5 * MINUTE_MS, repair: 30 * MINUTE_MS } as const;
const TIMELINE_MAX = 500;
/** The receiver of a `page.sent` that tells that a browser has shown the incident to somebody. */
export const screenReceiver = 'screen';

/** Folds one decision into the incidents; a decision seen twice (same id in the timeline) changes nothing. */
export const projectDecision = (incidents: Incidents, decision: Decision): Incidents => {
  if (decision.type === 'incident.opened') {
    if (incidents.has(decision.incident)) return incidents;
    return new Map(incidents).set(decision.incident, opened(decision));
  }
  if (decision.incident === undefined) return incidents;
  const before = incidents.get(decision.incident);
  if (before === undefined || before.timeline.some((entry) => entry.decision === decision.id)) return incidents;
  const after = applied(before, decision);
  return new Map(incidents).set(decision.incident, { ...after, proof: proven(before, after, decision) });
};

const opened = (d: DecisionOf<'incident.opened'>): Incident => ({
  id: d.incident,
  state: 'open',
  severity: d.severity,
  title: d.title,
  onsetMs: d.onsetMs,
  openedMs: d.atMs,
  cause: null,
  ranking: [],
  path: [],
  affected: [],
  inhibited: [],
  actions: [],
  impact: [],
  clocks: {
    onsetMs: d.onsetMs,
    alertDueMs: d.onsetMs + clockMs.alert,
    respondDueMs: d.onsetMs + clockMs.respond,
    repairDueMs: d.onsetMs + clockMs.repair,
  },
  timeline: [{ atMs: d.atMs, type: d.type, text: d.title, decision: d.id }],
  proof: { opened: d.id, actions: {} },
});

const both = (text: string): { en: string; zh: string } => ({ en: text, zh: text });

const applied = (incident: Incident, d: Exclude<Decision, DecisionOf<'incident.opened'>>): Incident => {
  const told = (text: TimelineEntry['text']): Pick<Incident, 'timeline'> => ({
    timeline: [...incident.timeline, { atMs: d.atMs, type: d.type, text, decision: d.id }].slice(-TIMELINE_MAX),
  });
  switch (d.type) {
    case 'incident.cause':
      return {
        ...(d.cause.entity === incident.cause?.entity ? incident : unadvised(incident)),
        ...told(d.cause.reason),
        cause: d.cause,
        causeMs: incident.causeMs ?? d.atMs,
        ranking: d.ranking,
        path: d.path,
        affected: d.affected,
      };
    case 'incident.recommended':
      return { ...incident, ...told(d.recommendation.do), recommendation: d.recommendation };
    case 'incident.inhibited':
      return {
        ...incident,
        ...told({ en: `${d.entity}: ${d.why.en}`, zh: `${d.entity}：${d.why.zh}` }),
        inhibited: [...incident.inhibited, { entity: d.entity, metric: d.metric, why: d.why }],
      };
    case 'incident.payments':
      return { ...incident, payments: d.payments };
    case 'incident.impact':
      // The last figure counts; the timeline is for turns, not for every second's number.
      return { ...incident, impact: d.impact };
    case 'incident.state':
      return {
        ...incident,
        ...told(d.why),
        state: d.to,
        ...(d.to === 'closed' ? { closedMs: d.atMs } : {}),
        clocks: {
          ...(d.to === 'open' ? unrepaired(incident.clocks) : incident.clocks),
          ...(d.to === 'acknowledged' || d.to === 'contained' ? responded(incident, d.atMs, d.by) : {}),
          ...(d.to === 'repaired' || d.to === 'closed' ? { repairedMs: incident.clocks.repairedMs ?? d.atMs } : {}),
        },
      };
    case 'incident.note':
      return { ...incident, ...told(both(`${d.by}: ${d.note}`)) };
    case 'incident.assigned':
      return {
        ...incident,
        ...told({ en: `assigned to ${d.to} by ${d.by}`, zh: `${d.by} 指派给 ${d.to}` }),
        assignee: d.to,
        clocks: { ...incident.clocks, ...responded(incident, d.atMs, d.to) },
      };
    case 'action.planned': {
      const view: ActionView = { ...d.action, state: 'planned', plannedMs: d.atMs, why: d.why };
      return { ...incident, ...told(d.why), actions: [...incident.actions.filter((a) => a.id !== d.action.id), view] };
    }
    case 'action.state':
      return {
        ...incident,
        ...told(d.why),
        actions: incident.actions.map((a) => (a.id === d.action ? actionMoved(a, d) : a)),
      };
    case 'page.sent':
      return {
        ...incident,
        ...told(paged(d)),
        ...(d.about === 'open' && incident.clocks.alertedMs === undefined
          ? { clocks: { ...incident.clocks, alertedMs: d.atMs, alertedBy: d.receiver } }
          : {}),
      };
    case 'page.failed':
      return {
        ...incident,
        ...told({
          en: `${d.receiver} refused the ${d.about} page: ${d.error}`,
          zh: `${d.receiver} 通知失败：${d.error}`,
        }),
      };
    case 'page.muted':
      return {
        ...incident,
        ...told({
          en: `${d.receiver} is not told (${aboutText[d.about].en}): silenced by ${d.by} until ${new Date(d.untilMs).toISOString()}`,
          zh: `未通知 ${d.receiver}（${aboutText[d.about].zh}）：${d.by} 已静默至 ${new Date(d.untilMs).toISOString()}`,
        }),
      };
    case 'engine.note':
    case 'slo.burn':
    case 'slo.calm':
      return { ...incident, ...told(d.text) };
    case 'slo.budget':
    // Findings and the state of sources belong to no incident.
    case 'check.raised':
    case 'check.cleared':
    case 'source.troubled':
    case 'source.well':
      return incident;
    case 'anomaly.detected':
      return {
        ...incident,
        ...told({
          en: `${figure(d.anomaly)}, expected ${short(d.anomaly.expected)}`,
          zh: `${figure(d.anomaly)}，预期 ${short(d.anomaly.expected)}`,
        }),
      };
    case 'anomaly.ended':
      return {
        ...incident,
        ...told({ en: `${d.entity} ${d.metric} is back in its band`, zh: `${d.entity} ${d.metric} 恢复正常` }),
      };
  }
};

/** What was recommended about one cause is no advice about another. */
const unadvised = ({ recommendation: _, ...incident }: Incident): Incident => incident;

/** Trouble that comes back was not repaired: that clock runs on from the onset. */
const unrepaired = ({ repairedMs: _, ...clocks }: Incident['clocks']): Incident['clocks'] => clocks;

/** What a decision proves: whatever it changed. */
const proven = (before: Incident, after: Incident, d: Decision): Incident['proof'] => {
  const { repaired: repairedBefore, ...rest } = before.proof;
  const proof = after.clocks.repairedMs === undefined || repairedBefore === undefined ? rest : before.proof;
  const first = (key: 'alerted' | 'responded' | 'repaired'): Partial<Incident['proof']> =>
    after.clocks[`${key}Ms`] === before.clocks[`${key}Ms`] || after.clocks[`${key}Ms`] === undefined
      ? {}
      : { [key]: d.id };
  const of = d.type === 'action.planned' ? d.action.id : d.type === 'action.state' ? d.action : undefined;
  return {
    ...proof,
    ...(d.type === 'incident.cause' ? { cause: d.id } : {}),
    ...(d.type === 'incident.impact' ? { impact: d.id } : {}),
    ...(d.type === 'incident.payments' ? { payments: d.id } : {}),
    ...(d.type === 'incident.recommended' ? { recommendation: d.id } : {}),
    ...(after.state === 'closed' && before.state !== 'closed' ? { closed: d.id } : {}),
    ...first('alerted'),
    ...first('responded'),
    ...first('repaired'),
    ...(of === undefined ? {} : { actions: { ...proof.actions, [of]: [...(proof.actions[of] ?? []), d.id] } }),
  };
};

/** Stops the respond clock, once: by whom, or else by the action that helped. */
const responded = (incident: Incident, atMs: number, by: string | undefined): Partial<Incident['clocks']> =>
  incident.clocks.respondedMs !== undefined
    ? {}
    : {
        respondedMs: atMs,
        respondedBy: by ?? incident.actions.find((one) => one.state === 'verified')?.playbook ?? 'fenghuo',
      };

const short = (value: number): string => String(Number(value.toPrecision(3)));
/** `caller → entity: metric stat 0.8 s`, in the metric's own unit. */
const figure = ({ caller, entity, metric, stat, seen, unit }: Anomaly): string =>
  `${caller === undefined ? '' : `${caller} → `}${entity}: ${metric}${stat === undefined ? '' : ` ${stat}`} ${short(seen)} ${unit.replace(/[{}]/g, '')}`;

const actionMoved = (view: ActionView, d: DecisionOf<'action.state'>): ActionView => ({
  ...view,
  state: d.to,
  why: d.why,
  ...(d.to === 'applied' ? { appliedMs: d.atMs } : {}),
  ...(d.to === 'verified' ? { verifiedMs: d.atMs } : {}),
  ...(d.to === 'undone' || d.to === 'expired' ? { undoneMs: d.atMs } : {}),
});

const aboutText = {
  open: { en: 'opening', zh: '故障开始' },
  cause: { en: 'other cause', zh: '根因变更' },
  resolve: { en: 'end', zh: '故障结束' },
  escalate: { en: 'escalation', zh: '升级' },
} as const;
const paged = ({ receiver, about }: DecisionOf<'page.sent'>): TimelineEntry['text'] =>
  receiver === screenReceiver
    ? { en: 'shown on a screen of the console', zh: '已在控制台屏幕显示' }
    : {
        en: `${receiver} took the page (${aboutText[about].en})`,
        zh: `${receiver} 已接收通知（${aboutText[about].zh}）`,
      };
