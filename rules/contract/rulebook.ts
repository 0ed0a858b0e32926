// The schemas of every YAML kind. Unknown fields are refused here: a typo in a rule must not pass in silence.
import { z } from 'zod';
import { entityKinds, faultKinds } from './fault.ts';
import { limits } from './limits.ts';
import { type OpenSlo, openSloKinds } from './openslo.ts';
import { type RouteRule, routeRule } from './route.ts';
import { metricClasses } from './schema.ts';
import type { Slo } from './slo.ts';

const name = z.string().min(1).max(128);
/** `500ms`, `30s`, `5m`, `2h` → milliseconds. */
export const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, 'a duration such as 500ms, 30s, 5m, 2h')
  .transform((text) => {
    const unit = /ms$/.test(text) ? 1 : { s: 1_000, m: 60_000, h: 3_600_000 }[text.slice(-1) as 's' | 'm' | 'h'];
    return Number.parseInt(text, 10) * unit;
  });
const title = z
  .union([z.string(), z.object({ en: z.string(), zh: z.string() })])
  .transform((t) => (typeof t === 'string' ? { en: t, zh: t } : t));

/** kind: topology — what traffic cannot tell: third parties, addresses, alternatives, what customers feel. */
export const topologyRule = z.strictObject({
  kind: z.literal('topology'),
  entities: z
    .array(
      z.strictObject({
        name,
        kind: z.enum(entityKinds),
        /** `host:port` under which callers see it. */
        addresses: z.array(z.string()).default([]),
        host: name.optional(),
        /** Can stand in for each other; playbooks choose among them. */
        alternatives: z.array(name).default([]),
        labels: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default([]),
  edges: z.array(z.strictObject({ from: name, to: name })).default([]),
  /** What an audience feels. The shortfall of `higher-is-better` KPIs against their expected curve is the impact. */
  kpis: z
    .array(
      z.strictObject({
        name,
        title,
        audience: z.enum(['customers', 'merchants', 'riders']),
        /** Metric and, where several report it, the service and attributes; values of matching series are added (delta) or averaged (gauge). */
        metric: name,
        service: name.optional(),
        attributes: z.record(z.string(), z.string()).default({}),
        /** With `per`, the KPI is metric ÷ per (a success ratio). */
        per: z
          .strictObject({
            metric: name,
            service: name.optional(),
            attributes: z.record(z.string(), z.string()).default({}),
          })
          .optional(),
        unit: name,
        better: z.enum(['higher', 'lower']),
        /** A lost unit counts as impact (orders), or is only shown (a ratio). */
        impact: z.boolean().default(false),
      }),
    )
    .default([]),
});

/** kind: playbook — a leased transaction. */
export const playbookRule = z.strictObject({
  kind: z.literal('playbook'),
  name,
  title,
  when: z.strictObject({
    kinds: z.array(z.enum(faultKinds)).min(1),
    /** The cause must be such an entity, carry these labels, and (`hasAlternative`) have a healthy alternative. */
    entityKind: z.enum(entityKinds).optional(),
    labels: z.record(z.string(), z.string()).default({}),
    hasAlternative: z.boolean().default(false),
    /** The list of causes that it may act about, by name; absent is any. */
    entities: z.array(name).min(1).optional(),
    /** Only while something that was deployed there shortly before the onset may be to blame, or only while nothing was. */
    afterDeploy: z.boolean().optional(),
    /** Only while so many times the expected calls reach the service whose flag is set: what sheds load helps nobody else. */
    trafficMin: z.number().min(1).optional(),
    confidenceMin: z.number().min(0).max(1),
  }),
  /** One flag, set in the service that reads it. `{{cause}}` and `{{alternative}}` are filled in. */
  set: z.strictObject({ service: name, flag: name, value: z.string().min(1).max(256) }),
  lease: duration.pipe(z.number().min(limits.leaseMsMin).max(limits.leaseMsMax)),
  guards: z.strictObject({
    approval: z.enum(['auto', 'person']).default('auto'),
    cooldown: duration.default(60_000),
    /** Actions of this playbook that may hold at once. */
    concurrencyMax: z.number().int().min(1).max(10).default(1),
    /** Actions of this playbook within an hour. */
    perHourMax: z.number().int().min(1).max(60).default(6),
  }),
  verify: z.strictObject({
    /** The KPI (topology) that must come back, how far, within which time; else undo. */
    kpi: name,
    min: z.number().optional(),
    max: z.number().optional(),
    within: duration,
    /** The cause itself must be measured healthy too: what mends it, rather than going round it, is held against that. */
    causeHealthy: z.boolean().default(false),
  }),
  undo: z.strictObject({
    /** The cause's own figures, still measured by a trickle or a check, must have been in their band for so long. */
    afterHealthy: duration,
  }),
});

/** kind: recommendation — what a person should do about such a cause where no machine may, and why none may. */
export const recommendationRule = z.strictObject({
  kind: z.literal('recommendation'),
  name,
  when: z.strictObject({
    kinds: z.array(z.enum(faultKinds)).min(1),
    /** The cause is such an entity; absent is any. */
    entityKinds: z.array(z.enum(entityKinds)).min(1).optional(),
    labels: z.record(z.string(), z.string()).default({}),
    /** Something was deployed there shortly before, or nothing was; absent is either. */
    afterDeploy: z.boolean().optional(),
  }),
  /** `{{cause}}` and, after a deploy, `{{deploy}}` are filled in. */
  do: z.strictObject({ en: z.string(), zh: z.string() }),
  why: z.strictObject({ en: z.string(), zh: z.string() }),
});

/** kind: detector — how a class of metrics is watched. */
export const detectorRule = z.strictObject({
  kind: z.literal('detector'),
  class: z.enum(metricClasses),
  /** Which direction is bad. */
  bad: z.enum(['up', 'down', 'both']),
  /** Opens incidents by itself, or only serves as evidence. */
  opens: z.boolean(),
  /** Relative change below which nobody would call it an incident. */
  changeMin: z.number().min(0),
  /** Absolute change below which nobody would, in the metric's unit; by unit. */
  floor: z.record(z.string(), z.number()).default({}),
});

export const rule = z.discriminatedUnion('kind', [
  topologyRule,
  playbookRule,
  recommendationRule,
  routeRule,
  detectorRule,
  ...openSloKinds,
]);
export type TopologyRule = Readonly<z.infer<typeof topologyRule>>;
export type PlaybookRule = Readonly<z.infer<typeof playbookRule>>;
export type RecommendationRule = Readonly<z.infer<typeof recommendationRule>>;
export type DetectorRule = Readonly<z.infer<typeof detectorRule>>;
export type Rule = TopologyRule | PlaybookRule | RecommendationRule | RouteRule | DetectorRule | OpenSlo;

/** A folder of rules, parsed and merged (load.ts). */
export type RuleBook = {
  readonly topology: TopologyRule;
  readonly playbooks: readonly PlaybookRule[];
  readonly routes: readonly RouteRule[];
  readonly detectors: readonly DetectorRule[];
  readonly slos: readonly Slo[];
  readonly recommendations: readonly RecommendationRule[];
};
