// The decision log: every decision is an event with its evidence. Page, console and report are views of it.
import { z } from 'zod';
import { action, actionStates } from './action.ts';
import { anomaly } from './anomaly.ts';
import { payments } from './business.ts';
import { check } from './check.ts';
import { bilingual, cause, impact, incidentStates, pathStep, recommendation, severities, suspect } from './incident.ts';
import { burnPolicy } from './slo.ts';
import { sourceState } from './source-state.ts';

const base = {
  v: z.literal(1),
  /** Deterministic: `<partition>-<stream sequence>-<counter>`; also the Nats-Msg-Id, so nothing is stored twice. */
  id: z.string(),
  /** Stream time of the input that led to it, epoch ms. */
  atMs: z.number(),
  /** Stream sequence of that input. */
  seq: z.number().int().nonnegative(),
};
const ofIncident = { ...base, incident: z.string() };
const as = <T extends string>(type: T) => z.literal(type);

export const decision = z.discriminatedUnion('type', [
  z.object({ ...base, type: as('anomaly.detected'), incident: z.string().optional(), anomaly }),
  z.object({
    ...base,
    type: as('anomaly.ended'),
    incident: z.string().optional(),
    series: z.string(),
    entity: z.string(),
    metric: z.string(),
  }),
  z.object({
    ...ofIncident,
    type: as('incident.opened'),
    onsetMs: z.number(),
    severity: z.enum(severities),
    title: bilingual,
    trigger: z.array(anomaly).max(16),
  }),
  /** Cause named, or changed on later evidence (`supersedes` = id of the earlier decision). */
  z.object({
    ...ofIncident,
    type: as('incident.cause'),
    cause,
    ranking: z.array(suspect),
    path: z.array(pathStep),
    affected: z.array(z.string()),
    supersedes: z.string().optional(),
  }),
  z.object({ ...ofIncident, type: as('incident.inhibited'), entity: z.string(), metric: z.string(), why: bilingual }),
  /** Where no playbook may act, or none helped. */
  z.object({ ...ofIncident, type: as('incident.recommended'), recommendation }),
  /** Payments that went wrong since the onset, out of what apps say of their business. */
  z.object({ ...ofIncident, type: as('incident.payments'), payments }),
  z.object({ ...ofIncident, type: as('incident.impact'), impact: z.array(impact) }),
  z.object({
    ...ofIncident,
    type: as('incident.state'),
    from: z.enum(incidentStates),
    to: z.enum(incidentStates),
    why: bilingual,
    by: z.string().optional(),
  }),
  z.object({ ...ofIncident, type: as('incident.note'), by: z.string(), note: z.string() }),
  z.object({ ...ofIncident, type: as('incident.assigned'), by: z.string(), to: z.string() }),
  z.object({ ...ofIncident, type: as('action.planned'), action, why: bilingual }),
  z.object({
    ...ofIncident,
    type: as('action.state'),
    action: z.string(),
    from: z.enum(actionStates),
    to: z.enum(actionStates),
    why: bilingual,
    by: z.string().optional(),
  }),
  /** Written by the console when a receiver took a page; `screen` is the receiver where a browser has shown it to somebody. */
  z.object({
    ...ofIncident,
    type: as('page.sent'),
    receiver: z.string(),
    about: z.enum(['open', 'cause', 'resolve', 'escalate']),
    attempts: z.number().int(),
    /** The cause that it named; absent where none was known yet. */
    cause: cause.pick({ entity: true, kind: true }).optional(),
  }),
  /** A page that was due and is held back while the silence lasts. */
  z.object({
    ...ofIncident,
    type: as('page.muted'),
    receiver: z.string(),
    about: z.enum(['open', 'cause', 'resolve', 'escalate']),
    silence: z.string(),
    untilMs: z.number(),
    by: z.string(),
  }),
  z.object({
    ...ofIncident,
    type: as('page.failed'),
    receiver: z.string(),
    about: z.enum(['open', 'cause', 'resolve', 'escalate']),
    attempts: z.number().int(),
    error: z.string(),
  }),
  /** An error budget burns too fast; a page belongs to an incident, which it `opened` or joined, a ticket to none. */
  z.object({
    ...base,
    type: as('slo.burn'),
    incident: z.string().optional(),
    opened: z.boolean(),
    slo: z.string(),
    service: z.string(),
    policy: burnPolicy,
    /** Burn rates over the policy's windows, and the share of the period's budget that is left (below 0: overdrawn). */
    long: z.number(),
    short: z.number(),
    left: z.number(),
    text: bilingual,
  }),
  /** That alert is over. */
  z.object({
    ...base,
    type: as('slo.calm'),
    incident: z.string().optional(),
    slo: z.string(),
    policy: burnPolicy,
    left: z.number(),
    text: bilingual,
  }),
  /** Events counted between two moments: what a budget remembers beyond the telemetry that is read again after a start. */
  z.object({
    ...base,
    type: as('slo.budget'),
    incident: z.string().optional(),
    slo: z.string(),
    fromMs: z.number(),
    toMs: z.number(),
    good: z.number(),
    all: z.number(),
  }),
  /** A preventive finding, and its end: nobody is woken. */
  z.object({ ...base, type: as('check.raised'), incident: z.string().optional(), check }),
  z.object({ ...base, type: as('check.cleared'), incident: z.string().optional(), check: z.string(), text: bilingual }),
  /** A source of telemetry says nothing or comes late, and why; and that its data come again: nobody is woken. */
  z.object({ ...base, type: as('source.troubled'), incident: z.string().optional(), trouble: sourceState }),
  z.object({ ...base, type: as('source.well'), incident: z.string().optional(), source: z.string(), text: bilingual }),
  /** The engine says of itself what people must know: started, caught up, shedding, refused a command. */
  z.object({ ...base, type: as('engine.note'), incident: z.string().optional(), code: z.string(), text: bilingual }),
]);
export type Decision = Readonly<z.infer<typeof decision>>;
export type DecisionType = Decision['type'];
export type DecisionOf<T extends DecisionType> = Extract<Decision, { readonly type: T }>;
