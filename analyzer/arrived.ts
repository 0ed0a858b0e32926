// Whether calls that wait have reached whom they were sent to: as many as wait at the caller are under way at the callee, beyond what is under way there by chance.
import { waitingNats } from './correlate/rarity.ts';
import type { Baseline } from './types.ts';

/** Share of the calls that wait at the caller which the callee has under way itself, and how many those are at least: one call may be under way anywhere. */
const SHARE_MIN = 0.5;
const CALLS_MIN = 1.5;
/** −ln of the chance, one in twenty, with which as many are under way at any moment: of few calls two often are. */
const NATS_MIN = Math.log(20);

type Usual = Pick<Baseline, 'location' | 'mean' | 'sd'>;

/** Requests under way beyond what is usual. */
export const beyondUsual = (now: number, { location }: Usual): number => now - Math.max(0, location);

/** @param there under way at the callee, and what is usual  @param waiting at the caller beyond what is usual */
export const haveArrived = (there: number, usual: Usual, waiting: number): boolean =>
  beyondUsual(there, usual) >= Math.max(CALLS_MIN, SHARE_MIN * waiting) &&
  waitingNats(there, Math.max(usual.mean, usual.location), usual.sd) >= NATS_MIN;
