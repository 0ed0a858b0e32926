// One series that left what was expected of it, with what was seen, what was expected and how sure that is.
import { z } from 'zod';
import { metricClasses, stats } from './schema.ts';

export const anomalyShapes = ['shift', 'spike', 'variance', 'drift', 'stall', 'silence', 'burn'] as const;

export const anomaly = z.object({
  /** Series id (16 hex digits). */
  series: z.string(),
  entity: z.string(),
  metric: z.string(),
  unit: z.string(),
  class: z.enum(metricClasses),
  stat: z.enum(stats).optional(),
  /** For an edge's figure: who calls; `entity` is then the callee. */
  caller: z.string().optional(),
  instance: z.string().optional(),
  shape: z.enum(anomalyShapes),
  /** First sample that belongs to it, and the sample at which it was decided; epoch ms. */
  onsetMs: z.number(),
  detectedMs: z.number(),
  seen: z.number(),
  expected: z.number(),
  /** Expected band. */
  low: z.number(),
  high: z.number(),
  /** Robust standard deviations from expected, signed. */
  z: z.number(),
  /** Calibrated probability that this is no chance, 0..1. */
  probability: z.number().min(0).max(1),
});
export type AnomalyShape = (typeof anomalyShapes)[number];
export type Anomaly = Readonly<z.infer<typeof anomaly>>;
