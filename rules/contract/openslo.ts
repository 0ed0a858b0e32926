// OpenSLO v1 documents as they are written (github.com/OpenSLO/OpenSLO): checked here, made into objectives by load/slo.ts.
import { z } from 'zod';

const name = z.string().min(1).max(255);
const description = z.string().max(1_050).optional();
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, M: 2_592_000_000, Q: 7_776_000_000 } as const;
const yearMs = 31_536_000_000;

/** OpenSLO's duration-shorthand → milliseconds; a month counts as 30 days, a quarter as 90, a year as 365. */
export const shorthand = z
  .string()
  .regex(/^[1-9]\d*[mhdwMQY]$/, 'a duration such as 5m, 1h, 28d, 4w, 1M')
  .transform((text) => {
    const unit = text.slice(-1);
    return Number.parseInt(text, 10) * (unit === 'Y' ? yearMs : unitMs[unit as keyof typeof unitMs]);
  });

const metadata = z.strictObject({
  name,
  displayName: z.string().max(256).optional(),
  labels: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});
const apiVersion = z.literal('openslo/v1', 'apiVersion must be openslo/v1');
const object = <K extends string, S extends z.ZodType>(kind: K, spec: S) =>
  z.strictObject({ apiVersion, kind: z.literal(kind), metadata, spec });
/** An object within another: its kind goes without saying. */
const inline = <S extends z.ZodType>(spec: S) => ({
  apiVersion: apiVersion.optional(),
  kind: z.string().optional(),
  metadata: metadata.optional(),
  spec: spec.optional(),
});

const metric = z.strictObject({
  metricSource: z.strictObject({ metricSourceRef: name.optional(), type: name.optional(), spec: z.unknown() }),
});
const sliSpec = z
  .strictObject({
    description,
    thresholdMetric: metric.optional(),
    ratioMetric: z
      .strictObject({
        counter: z.boolean().optional(),
        good: metric.optional(),
        bad: metric.optional(),
        total: metric.optional(),
        rawType: z.enum(['success', 'failure']).optional(),
        raw: metric.optional(),
      })
      .refine(
        ({ good, bad, total, raw, rawType }) =>
          raw === undefined
            ? total !== undefined && (good === undefined) !== (bad === undefined)
            : rawType !== undefined && (good ?? bad ?? total) === undefined,
        'either total with good or bad, or raw with rawType',
      )
      .optional(),
  })
  .refine((spec) => (spec.thresholdMetric === undefined) !== (spec.ratioMetric === undefined), {
    message: 'either ratioMetric or thresholdMetric',
  });

const ops = ['lte', 'gte', 'lt', 'gt'] as const;
const conditionSpec = z.strictObject({
  description,
  severity: name,
  condition: z.strictObject({
    kind: z.literal('burnrate', 'only burnrate is a kind of condition'),
    op: z.enum(ops).optional(),
    threshold: z.number().positive(),
    lookbackWindow: shorthand,
    alertAfter: shorthand.optional(),
  }),
});
const policySpec = z.strictObject({
  description,
  alertWhenNoData: z.boolean().optional(),
  alertWhenResolved: z.boolean().optional(),
  alertWhenBreaching: z.boolean().optional(),
  conditions: z.array(z.strictObject({ conditionRef: name.optional(), ...inline(conditionSpec) })).min(1),
  notificationTargets: z.array(z.unknown()).default([]),
});

const objective = z
  .strictObject({
    displayName: z.string().max(256).optional(),
    op: z.enum(ops).optional(),
    value: z.number().optional(),
    target: z.number().min(0).lt(1).optional(),
    targetPercent: z.number().min(0).lt(100).optional(),
    timeSliceTarget: z.number().gt(0).max(1).optional(),
    /** A number counts minutes. */
    timeSliceWindow: z
      .union([
        z
          .number()
          .positive()
          .transform((minutes) => minutes * 60_000),
        shorthand,
      ])
      .optional(),
  })
  .refine((one) => (one.target === undefined) !== (one.targetPercent === undefined), 'either target or targetPercent');

const sloSpec = z.strictObject({
  description,
  service: name,
  indicator: z.strictObject(inline(sliSpec)).optional(),
  indicatorRef: name.optional(),
  timeWindow: z
    .array(
      z.strictObject({
        duration: shorthand,
        isRolling: z.boolean().optional(),
        calendar: z.strictObject({ startTime: z.string(), timeZone: z.string() }).optional(),
      }),
    )
    .length(1)
    .optional(),
  budgetingMethod: z.enum(['Occurrences', 'Timeslices', 'RatioTimeslices']),
  objectives: z.array(objective).min(1).max(16),
  alertPolicies: z.array(z.strictObject({ alertPolicyRef: name.optional(), ...inline(policySpec) })).default([]),
});

export const openSloKinds = [
  object('SLO', sloSpec),
  object('SLI', sliSpec),
  object('AlertPolicy', policySpec),
  object('AlertCondition', conditionSpec),
  object('DataSource', z.looseObject({ description, type: name })),
  object('AlertNotificationTarget', z.looseObject({ description })),
  object('Service', z.looseObject({ description }).default({})),
] as const;
const openSlo = z.discriminatedUnion('kind', openSloKinds);
export type OpenSlo = Readonly<z.infer<typeof openSlo>>;
export type OpenSloOf<K extends OpenSlo['kind']> = Extract<OpenSlo, { readonly kind: K }>;
