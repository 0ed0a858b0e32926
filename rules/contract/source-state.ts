// Why a source of telemetry says nothing: its probe is silent, its way here is slow, or the service itself is dead. Told, shown, waking nobody.
import { z } from 'zod';
import { bilingual } from './incident.ts';

/**
 * `bus_slow` what many sources share on their way is late or stands still; `probe_silent` a source says nothing and others see that it lives;
 * `service_dead` it says nothing and its callers get no answer; `unheard` it says nothing and nobody can tell why.
 */
export const sourceTroubles = ['bus_slow', 'probe_silent', 'service_dead', 'unheard'] as const;
export type SourceTrouble = (typeof sourceTroubles)[number];

export const sourceState = z.object({
  /** Id of the probe; of a way the name of the partition or of the sender. */
  source: z.string(),
  service: z.string().optional(),
  state: z.enum(sourceTroubles),
  /** Up to where its data are complete, and since when nothing more has come or all has come late: epoch ms. */
  watermarkMs: z.number(),
  sinceMs: z.number(),
  text: bilingual,
});
export type SourceState = Readonly<z.infer<typeof sourceState>>;

/** Of the live view: how many sources tell all, how many are in which trouble, and those in trouble, `limits.sourcesShownMax` at most. */
export const liveSources = z.object({
  flowing: z.number(),
  troubled: z.object({
    bus_slow: z.number(),
    probe_silent: z.number(),
    service_dead: z.number(),
    unheard: z.number(),
  }),
  /** The oldest watermark among those that flow, epoch ms; null where none does. */
  watermarkMs: z.number().nullable(),
  shown: z.array(sourceState),
});
export type LiveSources = Readonly<z.infer<typeof liveSources>>;
