// What an incident is made of. The document itself is a projection of decision events (project.ts).
import { z } from 'zod';
import { action, actionStates } from './action.ts';
import { anomaly } from './anomaly.ts';
import { payments } from './business.ts';
import { entityKinds, faultKinds } from './fault.ts';

export const incidentStates = ['suspected', 'open', 'acknowledged', 'contained', 'repaired', 'closed'] as const;
export const severities = ['critical', 'error', 'warning', 'info'] as const;
export type IncidentState = (typeof incidentStates)[number];
export type Severity = (typeof severities)[number];

export const bilingual = z.object({ en: z.string(), zh: z.string() });

export const cause = z.object({
  entity: z.string(),
  entityKind: z.enum(entityKinds),
  metric: z.string(),
  kind: z.enum(faultKinds),
  /** One sentence with its numbers. */
  reason: bilingual,
  confidence: z.number().min(0).max(1),
  /** What would have to be seen for another cause to be named. */
  otherwise: bilingual.optional(),
});
export type Cause = Readonly<z.infer<typeof cause>>;

/** One entry of the ranking: best first, each (entity, metric) once. */
export const suspect = z.object({
  entity: z.string(),
  entityKind: z.enum(entityKinds),
  metric: z.string(),
  score: z.number(),
  /** Why it stands where it stands; for all but the first: why it is not the cause. */
  why: bilingual,
  evidence: z.array(anomaly).max(8),
});
export type Suspect = Readonly<z.infer<typeof suspect>>;

/** How trouble spread: from the cause to whom customers see. */
export const pathStep = z.object({ from: z.string(), to: z.string(), onsetMs: z.number(), why: bilingual });
export type PathStep = Readonly<z.infer<typeof pathStep>>;

/** What it cost an audience so far, against the expected curve. */
export const impact = z.object({
  audience: z.string(),
  kpi: z.string(),
  unit: z.string(),
  /** Accumulated shortfall since onset, with an interval. */
  lost: z.number(),
  lostLow: z.number(),
  lostHigh: z.number(),
  seen: z.number(),
  expected: z.number(),
});
export type Impact = Readonly<z.infer<typeof impact>>;

/** What a person should do about the cause where no playbook may act, and why none may. */
export const recommendation = z.object({
  /** The rule that says so, and the cause that it was said about. */
  rule: z.string(),
  cause: z.string(),
  do: bilingual,
  why: bilingual,
});
export type Recommendation = Readonly<z.infer<typeof recommendation>>;

export const timelineEntry = z.object({ atMs: z.number(), type: z.string(), text: bilingual, decision: z.string() });
export type TimelineEntry = Readonly<z.infer<typeof timelineEntry>>;

/**
 * The 1-5-30 clocks; undefined where it has not happened yet. Epoch ms. Alerted: a receiver took the page, or a screen showed it.
 * Responded: somebody acknowledged or was assigned, or an action contained it. Repaired: the cause was measured healthy.
 */
export const clocks = z.object({
  onsetMs: z.number(),
  alertedMs: z.number().optional(),
  /** The receiver that took the first page. */
  alertedBy: z.string().optional(),
  respondedMs: z.number().optional(),
  /** Who did: a person, or the playbook that contained it. */
  respondedBy: z.string().optional(),
  repairedMs: z.number().optional(),
  alertDueMs: z.number(),
  respondDueMs: z.number(),
  repairDueMs: z.number(),
});
export type Clocks = Readonly<z.infer<typeof clocks>>;

export const actionView = action.extend({
  state: z.enum(actionStates),
  plannedMs: z.number(),
  appliedMs: z.number().optional(),
  verifiedMs: z.number().optional(),
  undoneMs: z.number().optional(),
  why: bilingual,
});
export type ActionView = Readonly<z.infer<typeof actionView>>;

/** Which decisions prove what the document says: ids of the log. */
export const proof = z.object({
  opened: z.string(),
  cause: z.string().optional(),
  impact: z.string().optional(),
  recommendation: z.string().optional(),
  payments: z.string().optional(),
  alerted: z.string().optional(),
  responded: z.string().optional(),
  repaired: z.string().optional(),
  closed: z.string().optional(),
  /** By action: planned, and every move since. */
  actions: z.record(z.string(), z.array(z.string())),
});
export type Proof = Readonly<z.infer<typeof proof>>;

export const incident = z.object({
  id: z.string(),
  state: z.enum(incidentStates),
  severity: z.enum(severities),
  title: bilingual,
  onsetMs: z.number(),
  openedMs: z.number(),
  causeMs: z.number().optional(),
  closedMs: z.number().optional(),
  cause: cause.nullable(),
  ranking: z.array(suspect),
  path: z.array(pathStep),
  affected: z.array(z.string()),
  /** Symptoms that the cause explains, and why they do not page. */
  inhibited: z.array(z.object({ entity: z.string(), metric: z.string(), why: bilingual })),
  actions: z.array(actionView),
  recommendation: recommendation.optional(),
  impact: z.array(impact),
  payments: payments.optional(),
  clocks,
  assignee: z.string().optional(),
  timeline: z.array(timelineEntry),
  proof,
});
export type Incident = Readonly<z.infer<typeof incident>>;
