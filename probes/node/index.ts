// @fenghuo/probe for applications: `degrade.flag('payment.channel', 'bank-a')`.
import { shared } from './shared.ts';

export const degrade = {
  /** The flag's value now: `own` unless a playbook holds a lease on it. Synchronous; never throws. */
  flag: (key: string, own: string): string => shared().flag(key, own),
  /** Calls `fn` whenever an effective value changes; answers how to stop. */
  onChange: (fn: (key: string, value: string) => void): (() => void) => shared().onChange(fn),
} as const;
