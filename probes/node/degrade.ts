// Degrade flags in the app: a playbook's value while its lease runs, the app's own value otherwise, whoever is dead.
import { type FlagLease, type FlagReport, flagKey, flagLease } from '@fenghuo/rules/contract';
import type { ProbeClock } from './clock.ts';

type Flag = {
  readonly key: string;
  readonly own: string;
  value: string;
  action: string | undefined;
  /** Monotonic time at which the lease ends. */
  until: number;
  expiry: { cancel(): void } | undefined;
};
export type Report = (report: Omit<FlagReport, 'v' | 'probe' | 'service' | 'atMs'>) => void;

export class Degrade {
  private readonly flags = new Map<string, Flag>();
  /** Leases for flags that the app has not asked for yet. */
  private readonly early = new Map<string, { readonly lease: FlagLease; readonly until: number }>();
  private readonly listeners = new Set<(key: string, value: string) => void>();

  private readonly service: string;
  private readonly clock: ProbeClock;
  private readonly report: Report;

  constructor(service: string, clock: ProbeClock, report: Report) {
    this.service = service;
    this.clock = clock;
    this.report = report;
  }

  /** The value of a flag now: `own` unless a playbook holds a lease on it. Costs a map look-up; never throws, never waits. */
  flag(key: string, own: string): string {
    const known = this.flags.get(key);
    if (known !== undefined) return known.value;
    const flag: Flag = { key, own, value: own, action: undefined, until: 0, expiry: undefined };
    this.flags.set(key, flag);
    const early = this.early.get(flagKey(this.service, key));
    if (early !== undefined && early.until > this.clock.monotonic()) this.hold(flag, early.lease, early.until);
    return flag.value;
  }

  /** Tells of each change of an effective value; answers how to stop listening. */
  onChange(fn: (key: string, value: string) => void): () => void {
    this.listeners.add(fn);
    return () => this.listeners.delete(fn);
  }

  /**
   * Takes an entry of the flags bucket as it came. `ageMs`: how long ago NATS stored it, 0 for one that comes as it is written;
   * an entry older than its own lease is void.
   */
  take(payload: unknown, ageMs: number): void {
    const parsed = flagLease.safeParse(payload);
    if (!parsed.success || parsed.data.service !== this.service) return;
    const lease = parsed.data;
    const until = this.clock.monotonic() + lease.leaseMs - Math.max(0, ageMs);
    const flag = this.flags.get(lease.key);
    if (flag === undefined) {
      this.early.set(flagKey(this.service, lease.key), { lease, until: lease.value === null ? 0 : until });
      return;
    }
    if (lease.value === null) this.release(flag, 'default', lease.action);
    else if (until > this.clock.monotonic()) this.hold(flag, lease, until);
  }

  private hold(flag: Flag, lease: FlagLease, until: number): void {
    const value = lease.value ?? flag.own;
    const isNew = flag.action !== lease.action || flag.value !== value;
    flag.value = value;
    flag.action = lease.action;
    flag.until = until;
    flag.expiry?.cancel();
    flag.expiry = this.clock.after(until - this.clock.monotonic(), () => this.release(flag, 'expired', flag.action));
    if (!isNew) return;
    this.report({ key: flag.key, value, source: 'lease', action: lease.action });
    for (const fn of this.listeners) fn(flag.key, value);
  }

  private release(flag: Flag, source: 'default' | 'expired', action: string | undefined): void {
    flag.expiry?.cancel();
    flag.expiry = undefined;
    flag.value = flag.own;
    flag.action = undefined;
    this.report({ key: flag.key, value: flag.own, source, ...(action === undefined ? {} : { action }) });
    for (const fn of this.listeners) fn(flag.key, flag.own);
  }
}
