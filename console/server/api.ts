// Incidents as the REST API gives them: the field names that other programs rely on, times as RFC 3339 with milliseconds.
import type { ActionView, Incident } from '@fenghuo/rules/contract';

const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

/** One entry of `GET /api/v1/incidents`. */
export const incidentItem = (incident: Incident) => ({
  id: incident.id,
  state: incident.state,
  severity: incident.severity,
  title: incident.title,
  onsetAt: iso(incident.onsetMs),
  openedAt: iso(incident.openedMs),
  causeAt: iso(incident.causeMs),
  closedAt: iso(incident.closedMs),
  cause:
    incident.cause === null
      ? null
      : { ...incident.cause, reason: incident.cause.reason.en, reasonText: incident.cause.reason },
  affected: incident.affected,
  actions: incident.actions.map(actionItem),
});

const actionItem = (action: ActionView) => ({
  id: action.id,
  playbook: action.playbook,
  target: action.target,
  state: action.state,
  flag: action.flag,
  value: action.value,
  why: action.why,
  plannedAt: iso(action.plannedMs),
  appliedAt: iso(action.appliedMs),
  verifiedAt: iso(action.verifiedMs),
  undoneAt: iso(action.undoneMs),
});

/** `GET /api/v1/incidents/{id}`: the item with ranking, path, impact, clocks and timeline. */
export const incidentDocument = (incident: Incident) => ({
  ...incidentItem(incident),
  assignee: incident.assignee ?? null,
  ranking: incident.ranking,
  path: incident.path,
  inhibited: incident.inhibited,
  recommendation: incident.recommendation ?? null,
  payments: incident.payments ?? null,
  impact: incident.impact,
  clocks: {
    onsetAt: iso(incident.clocks.onsetMs),
    alertedAt: iso(incident.clocks.alertedMs),
    alertedBy: incident.clocks.alertedBy ?? null,
    respondedAt: iso(incident.clocks.respondedMs),
    respondedBy: incident.clocks.respondedBy ?? null,
    repairedAt: iso(incident.clocks.repairedMs),
    alertDueAt: iso(incident.clocks.alertDueMs),
    respondDueAt: iso(incident.clocks.respondDueMs),
    repairDueAt: iso(incident.clocks.repairDueMs),
  },
  timeline: incident.timeline.map((entry) => ({ ...entry, at: iso(entry.atMs) })),
});

export type IncidentItem = ReturnType<typeof incidentItem>;
export type IncidentDocument = ReturnType<typeof incidentDocument>;
