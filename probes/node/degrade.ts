// Degrade flags in the app: a playbook's value while its lease runs, the app's own value otherwise, whoever is dead.
import type { FlagLease, FlagReport } from '@fenghuo/rules/contract';
import type { ProbeClock } from './clock.ts';
import { readLease } from './lease.ts';

type Flag = {
  readonly key: string;
  readonly own: string;
  value: string;
  action: string | undefined;
  /** Monotonic time at which the lease ends. */
  until: number;
  expiry: { cancel(): void } | undefined;
};
/** The newest entry of a flag that was taken, and until when it holds. */
type Taken = { readonly lease: FlagLease; readonly until: number; readonly revision: number };
/** Flags an app asks for, and leases kept for flags it has not asked for yet; beyond it a flag is just the app's own value. */
export const flagsMax = 1_000;
export type Report = (report: Omit<FlagReport, 'v' | 'probe' | 'service' | 'atMs'>) => void;

export class Degrade {
  private readonly flags = new Map<string, Flag>();
  private readonly taken = new Map<string, Taken>();
  private readonly listeners = new Set<(key: string, value: string) => void>();

  private readonly service: string;
  private readonly clock: ProbeClock;
  private readonly report: Report;
  private readonly warn: (error: unknown) => void;

  constructor(
    service: string,
    clock: ProbeClock,
    report: Report,
    warn: (error: unknown) => void = (error) => process.emitWarning(String(error), 'FenghuoDegradeListener'),
  ) {
    this.service = service;
    this.clock = clock;
    this.report = report;
    this.warn = warn;
  }

  /** The value of a flag now: `own` unless a playbook holds a lease on it. Costs a map look-up; never throws, never waits. */
  flag(key: string, own: string): string {
    const known = this.flags.get(key) ?? this.ask(key, own);
    if (known === undefined) return own;
    // The timer of the lease's end waits for an app that computes for seconds; the value does not.
    if (known.expiry !== undefined && this.clock.monotonic() >= known.until)
      this.release(known, 'expired', known.action);
    return known.value;
  }

  /** Tells of each change of an effective value; answers how to stop listening. */
  onChange(fn: (key: string, value: string) => void): () => void {
    this.listeners.add(fn);
    return () => this.listeners.delete(fn);
  }

  /**
   * Takes an entry of the flags bucket as it came. `ageMs`: how long ago NATS stored it, 0 for one that comes as it is written;
   * an entry older than its own lease is void. `revision`: the bucket's; an entry that comes again (after a reconnection) neither
   * extends nor cuts its lease.
   */
  take(payload: unknown, ageMs: number, revision: number): void {
    const lease = readLease(payload);
    if (lease === undefined || lease.service !== this.service) return;
    const before = this.taken.get(lease.key);
    if (before !== undefined && before.revision === revision && sameEntry(before.lease, lease)) return;
    if (before === undefined && this.taken.size >= flagsMax) return;
    const until = lease.value === null ? 0 : this.clock.monotonic() + lease.leaseMs - Math.max(0, ageMs);
    this.taken.set(lease.key, { lease, until, revision });
    const flag = this.flags.get(lease.key);
    if (flag === undefined) return;
    if (lease.value === null) this.release(flag, 'default', lease.action);
    else if (until > this.clock.monotonic()) this.hold(flag, lease, until);
  }

  private ask(key: string, own: string): Flag | undefined {
    if (this.flags.size >= flagsMax) return undefined;
    const flag: Flag = { key, own, value: own, action: undefined, until: 0, expiry: undefined };
    this.flags.set(key, flag);
    const early = this.taken.get(key);
    if (early !== undefined && early.until > this.clock.monotonic()) this.hold(flag, early.lease, early.until);
    return flag;
  }

  private hold(flag: Flag, lease: FlagLease, until: number): void {
    const value = lease.value ?? flag.own;
    const isNew = flag.action !== lease.action || flag.value !== value;
    flag.value = value;
    flag.action = lease.action;
    flag.until = until;
    flag.expiry?.cancel();
    flag.expiry = this.clock.after(until - this.clock.monotonic(), () => this.release(flag, 'expired', flag.action));
    if (isNew) this.tell(flag, 'lease', lease.action);
  }

  private release(flag: Flag, source: 'default' | 'expired', action: string | undefined): void {
    flag.expiry?.cancel();
    flag.expiry = undefined;
    flag.value = flag.own;
    flag.action = undefined;
    this.tell(flag, source, action);
  }

  private tell({ key, value }: Flag, source: FlagReport['source'], action: string | undefined): void {
    this.report({ key, value, source, ...(action === undefined ? {} : { action }) });
    for (const fn of this.listeners) {
      try {
        fn(key, value);
      } catch (error) {
        // The app's own code fails in our timer: that must not end the app, nor keep the others from being told.
        this.warn(error);
      }
    }
  }
}

const sameEntry = (a: FlagLease, b: FlagLease): boolean =>
  a.action === b.action && a.renewal === b.renewal && a.value === b.value;
