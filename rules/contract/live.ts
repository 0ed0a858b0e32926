// Not stored: what the engine shows each second to whoever watches. Loss is harmless, the next one replaces it.
import { z } from 'zod';
import { check } from './check.ts';
import { entityKinds } from './fault.ts';
import { metricClasses, stats } from './schema.ts';
import { burnPolicy } from './slo.ts';
import { liveSources } from './source-state.ts';

export const liveNode = z.object({
  entity: z.string(),
  kind: z.enum(entityKinds),
  /** 0 healthy … 1 certainly anomalous. */
  anomaly: z.number(),
  telemetry: z.enum(['own', 'callers', 'none', 'silent']),
});
export const liveEdge = z.object({
  caller: z.string(),
  callee: z.string(),
  protocol: z.string(),
  /** Calls a second, share of errors, latencies in seconds, over the last tick. */
  rate: z.number(),
  errorRatio: z.number(),
  p50: z.number().nullable(),
  p99: z.number().nullable(),
  anomaly: z.number(),
  ageMs: z.number(),
  source: z.enum(['traffic', 'declared']),
});
export const liveKpi = z.object({
  kpi: z.string(),
  title: z.object({ en: z.string(), zh: z.string() }),
  audience: z.string(),
  unit: z.string(),
  value: z.number().nullable(),
  expected: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  anomaly: z.number(),
});
/** One objective: what is left of its error budget, and how each of its alerts stands. */
export const liveSlo = z.object({
  slo: z.string(),
  title: z.object({ en: z.string(), zh: z.string() }),
  service: z.string(),
  target: z.number(),
  periodMs: z.number(),
  /** Good and all events of the period so far, since when they are counted. */
  good: z.number(),
  all: z.number(),
  sinceMs: z.number().nullable(),
  /** Share of the period's budget that is left: 1 untouched, below 0 overdrawn. */
  left: z.number(),
  burns: z.array(z.object({ policy: burnPolicy, long: z.number(), short: z.number(), holds: z.boolean() })),
});
export type LiveSlo = Readonly<z.infer<typeof liveSlo>>;
/** On `subjects.liveGraph`. */
export const liveGraph = z.object({
  v: z.literal(1),
  atMs: z.number(),
  nodes: z.array(liveNode),
  edges: z.array(liveEdge),
  kpis: z.array(liveKpi),
  slos: z.array(liveSlo).default([]),
  /** Preventive findings that stand, `limits.checksMax` at most. */
  checks: z.array(check).default([]),
  /** Who tells all, who says nothing and why. */
  sources: liveSources.default({
    flowing: 0,
    troubled: { bus_slow: 0, probe_silent: 0, service_dead: 0, unheard: 0 },
    watermarkMs: null,
    shown: [],
  }),
  /** Engine's own pulse: series watched, samples in the last second, lag of the stream. */
  engine: z.object({
    series: z.number(),
    samplesPerSecond: z.number(),
    lagMs: z.number(),
    /** While it cannot keep up: at which level it sheds (0 not at all), and how many samples it has not looked at since it started. */
    shedLevel: z.number().default(0),
    shedSamples: z.number().default(0),
  }),
});
export type LiveGraph = Readonly<z.infer<typeof liveGraph>>;

/** On `subjects.liveEvidence(incident)`: one point a series a tick, with the expected band. */
export const liveEvidence = z.object({
  v: z.literal(1),
  incident: z.string(),
  series: z.array(
    z.object({
      series: z.string(),
      entity: z.string(),
      metric: z.string(),
      unit: z.string(),
      class: z.enum(metricClasses),
      /** Which figure of a histogram it is; absent for a plain number. */
      stat: z.enum(stats).optional(),
      caller: z.string().optional(),
      /** Points since the last message; the first message carries the minutes before the onset. */
      points: z.array(
        z.object({
          t: z.number(),
          seen: z.number().nullable(),
          expected: z.number().nullable(),
          low: z.number().nullable(),
          high: z.number().nullable(),
        }),
      ),
    }),
  ),
});
export type LiveEvidence = Readonly<z.infer<typeof liveEvidence>>;
