// What an app says of its business, one transaction at a time: counts tell that payments fail, these tell whose and which.
import { z } from 'zod';
import { limits } from './limits.ts';

const text = z.string().min(1).max(128);
/**
 * `requested`: an attempt was sent out; `confirmed`: whoever pays knows that it is paid; `failed`: whoever pays was told that it is not;
 * `charged`: money did move, as the third party's answer, a query or its statement says; `refunded`: it moved back.
 */
export const businessSteps = ['requested', 'confirmed', 'failed', 'charged', 'refunded'] as const;
export type BusinessStep = (typeof businessSteps)[number];

export const businessEvent = z.object({
  kind: z.literal('payment'),
  step: z.enum(businessSteps),
  /** What is paid for: a cart, an invoice. Who pays twice for one subject pays too much. */
  subject: text,
  /** One attempt to pay for it. */
  ref: text,
  /** In the currency's smallest unit. */
  amount: z.number().nonnegative(),
  /** Through whom it is paid. */
  party: text.optional(),
  /** Epoch ms at the app. */
  atMs: z.number(),
});
export type BusinessEvent = Readonly<z.infer<typeof businessEvent>>;

/** On `subjects.business`: the events of a tick. */
export const businessBatch = z.object({
  v: z.literal(1),
  probe: text,
  service: text,
  events: z.array(businessEvent).max(limits.businessEventsMax),
});
export type BusinessBatch = Readonly<z.infer<typeof businessBatch>>;

const proven = z.object({ step: z.enum(businessSteps), ref: text, atMs: z.number(), by: text, party: text.optional() });
export const troubledPayment = z.object({
  subject: text,
  amount: z.number(),
  /** What was charged and not given back, and how often. */
  charged: z.number(),
  charges: z.number().int(),
  /** The events that say so, in the order in which they came. */
  evidence: z.array(proven).max(12),
});
export type TroubledPayment = Readonly<z.infer<typeof troubledPayment>>;

/** Payments listed by one decision, of each sort; the counts are of all. */
export const paymentsListedMax = 50;
const troubled = z.object({
  count: z.number().int(),
  /** What too much was charged, in the currency's smallest unit. */
  amount: z.number(),
  listed: z.array(troubledPayment).max(paymentsListedMax),
});
export const payments = z.object({
  /** Money moved, and whoever paid was not told that it did. */
  unconfirmed: troubled,
  /** Money moved more than once for the same subject. */
  twice: troubled,
});
export type Payments = Readonly<z.infer<typeof payments>>;
