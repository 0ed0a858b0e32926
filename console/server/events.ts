// What the server tells the browser over the socket: one map of names to payloads, shared by both ends.
import type { LiveEvidence, LiveGraph } from '@fenghuo/rules/contract';
import type { IncidentDocument, IncidentItem } from './api.ts';

/** Values of each KPI, a tick apart, oldest first; null where a tick had none. */
export type KpiHistory = Readonly<Record<string, readonly (number | null)[]>>;
export type ServerEvents = {
  /** The list, newest first: on connection and on every change. */
  incidents: (items: readonly IncidentItem[]) => void;
  /** One incident whole, on every decision about it. */
  incident: (document: IncidentDocument) => void;
  /** KPIs of the last minutes: on connection, before the first `live`. */
  history: (kpis: KpiHistory) => void;
  live: (graph: LiveGraph) => void;
  evidence: (evidence: LiveEvidence) => void;
};
/** Browsers mostly listen; what they change goes over REST, where it is authenticated and audited. */
export type ClientEvents = {
  /** A visible page has painted this incident: somebody can know of it from here on. */
  shown: (incident: string) => void;
};
