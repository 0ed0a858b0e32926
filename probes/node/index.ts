// @fenghuo/probe for applications: `degrade.flag('payment.channel', 'bank-a')`, `business.tell({ kind: 'payment', … })`.
import type { Told } from './business.ts';
import { shared, sharedBusiness } from './shared.ts';

export const degrade = {
  /** The flag's value now: `own` unless a playbook holds a lease on it. Synchronous; never throws. */
  flag: (key: string, own: string): string => shared().flag(key, own),
  /** Calls `fn` whenever an effective value changes; answers how to stop. */
  onChange: (fn: (key: string, value: string) => void): (() => void) => shared().onChange(fn),
} as const;

export const business = {
  /**
   * Tells of one step of one payment, so that what was paid and never confirmed, or paid twice, is listed with an incident.
   * Synchronous; never throws; sent with the next second's figures.
   */
  tell: (event: Told): void => sharedBusiness()?.tell(event),
} as const;
