// Service level objectives as the engine keeps them: what counts as good, how much must be, and how fast the budget may burn.
import { z } from 'zod';
import type { Bilingual } from './fault.ts';
import { duration } from './rulebook.ts';
import { stats } from './schema.ts';

const name = z.string().min(1).max(256);

/**
 * `metricSource.spec` of type Fenghuo: calls as the probes count them (of the SLO's service where none is named; with `caller` only those
 * of that edge), or any other metric that somebody reports.
 */
export const sloSource = z.union([
  z.strictObject({
    calls: z.enum(['all', 'failed', 'slow']),
    service: name.optional(),
    caller: name.optional(),
    slowerThan: duration.optional(),
  }),
  z.strictObject({
    metric: name,
    stat: z.enum(stats).optional(),
    service: name.optional(),
    attributes: z.record(z.string(), z.string()).default({}),
  }),
]);
export type SloSource = Readonly<z.infer<typeof sloSource>>;

export type SloIndicator =
  | { readonly kind: 'good' | 'bad'; readonly part: SloSource; readonly total: SloSource }
  /** A ratio that somebody else made: each value is one event of which so much was good, or bad. */
  | { readonly kind: 'raw'; readonly of: SloSource; readonly tells: 'success' | 'failure' }
  /** Each value is an event, good while it stands so to the bound. */
  | {
      readonly kind: 'threshold';
      readonly of: SloSource;
      readonly op: 'lte' | 'gte' | 'lt' | 'gt';
      readonly value: number;
    };

/** An alert on both windows burning `burn` times as fast as would use the budget up exactly at the end of its period. */
export const burnPolicy = z.object({
  severity: z.enum(['page', 'ticket']),
  burn: z.number(),
  longMs: z.number(),
  shortMs: z.number(),
  /** For how long it must hold before it counts, ms. */
  forMs: z.number(),
});
export type BurnPolicy = Readonly<z.infer<typeof burnPolicy>>;

const hourMs = 3_600_000;
/** The multi-window, multi-burn-rate alerts of "The Site Reliability Workbook", chapter 5, table 5-8. */
export const burnPolicies: readonly BurnPolicy[] = [
  { severity: 'page', burn: 14.4, longMs: hourMs, shortMs: hourMs / 12, forMs: 0 },
  { severity: 'page', burn: 6, longMs: 6 * hourMs, shortMs: hourMs / 2, forMs: 0 },
  { severity: 'ticket', burn: 1, longMs: 72 * hourMs, shortMs: 6 * hourMs, forMs: 0 },
];
/** A period that no document names: 28 days, so that each has as many weekends. */
export const sloPeriodMs = 28 * 24 * hourMs;

export type Slo = {
  readonly name: string;
  readonly title: Bilingual;
  readonly service: string;
  /** Share that must be good, 0..1. */
  readonly target: number;
  readonly periodMs: number;
  readonly indicator: SloIndicator;
  /** Time slices instead of occurrences: a slice is good where its share is at least `target`, or counts by its share. */
  readonly slices?: { readonly windowMs: number; readonly target: number | undefined };
  readonly policies: readonly BurnPolicy[];
};
