// An action is a leased transaction; these are its states and what may follow each.
import { z } from 'zod';

export const actionStates = [
  'planned', // dry run done, guards passed
  'awaiting_approval',
  'refused', // a guard said no, or a person did; final
  'applying', // lease written, not yet seen effective
  'applied', // the agent reported the value effective
  'verified', // the promised KPI recovered; the lease is renewed
  'undoing',
  'undone', // final: the agent reported its default again
  'expired', // final: the lease ran out
  'failed', // final: could not be applied
] as const;
export type ActionState = (typeof actionStates)[number];

export const actionNext: Readonly<Record<ActionState, readonly ActionState[]>> = {
  planned: ['awaiting_approval', 'refused', 'applying'],
  awaiting_approval: ['refused', 'applying'],
  refused: [],
  applying: ['applied', 'failed', 'undoing', 'expired'],
  applied: ['verified', 'undoing', 'expired'],
  verified: ['undoing', 'expired'],
  undoing: ['undone', 'expired', 'failed'],
  undone: [],
  expired: [],
  failed: [],
};

export const actionFinal = (state: ActionState): boolean => actionNext[state].length === 0;

export const action = z.object({
  id: z.string(),
  incident: z.string(),
  playbook: z.string(),
  /** The entity acted upon: whose flag changes. */
  target: z.string(),
  /** What it steers away from: the cause. */
  cause: z.string(),
  flag: z.string(),
  value: z.string(),
  leaseMs: z.number(),
});
export type ActionPlan = Readonly<z.infer<typeof action>>;
