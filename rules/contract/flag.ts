// Degrade flags: a value under a lease. When nobody renews, the agent in the app returns to its default by itself.
import { z } from 'zod';
import { limits } from './limits.ts';

/** What stands in the flags bucket under `flagKey(service, key)`. */
export const flagLease = z.object({
  v: z.literal(1),
  service: z.string(),
  key: z.string(),
  /** The value while the lease runs; `null` ends the lease at once. */
  value: z.string().nullable(),
  /** How long after receipt the value holds without renewal. Agents use their own monotonic clock; an entry that NATS stored longer ago than this is void. */
  leaseMs: z.number().int().min(limits.leaseMsMin).max(limits.leaseMsMax),
  /** The action that holds the lease. */
  action: z.string(),
  /** Counts renewals from 0. */
  renewal: z.number().int().nonnegative(),
});
export type FlagLease = Readonly<z.infer<typeof flagLease>>;

/** Published by the agent on `subjects.flagReport` whenever the effective value changes, and as an answer to each new action. */
export const flagReport = z.object({
  v: z.literal(1),
  probe: z.string(),
  service: z.string(),
  key: z.string(),
  value: z.string(),
  /** `lease`: a playbook's value; `default`: the app's own; `expired`: the app's own, because a lease ran out. */
  source: z.enum(['lease', 'default', 'expired']),
  action: z.string().optional(),
  /** Epoch ms at the app. */
  atMs: z.number(),
});
export type FlagReport = Readonly<z.infer<typeof flagReport>>;

/** Key in the bucket; NATS KV keys allow `[-/_=.a-zA-Z0-9]`. */
export const flagKey = (service: string, key: string): string =>
  `${service.replace(/[^-/_=a-zA-Z0-9]/g, '_')}.${key.replace(/[^-/_=.a-zA-Z0-9]/g, '_')}`;
