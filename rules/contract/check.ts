// What will become trouble if nobody does anything, or has stopped without anybody's calling for it yet: told, listed, and waking nobody.
import { z } from 'zod';
import { anomaly } from './anomaly.ts';
import { bilingual } from './incident.ts';

export const checkKinds = ['drift', 'stall'] as const;

export const check = z.object({
  /** `<series>:<kind>`. */
  id: z.string(),
  kind: z.enum(checkKinds),
  anomaly,
  /** Of a drift: the bound, in the metric's unit, and when it is reached if it goes on like this, epoch ms. */
  bound: z.number().optional(),
  boundMs: z.number().optional(),
  text: bilingual,
});
export type Check = Readonly<z.infer<typeof check>>;
