// One objective's error budget: how fast it burns over each window of its alerts, what is left of it, and which alerts hold.
// Multi-window, multi-burn-rate alerting as in "The Site Reliability Workbook", chapter 5. Stream time only.
import type { BurnPolicy, Slo } from '@fenghuo/rules/contract';
import { Window } from './window.ts';

/** One alert as it stands. */
export type Burn = {
  readonly policy: BurnPolicy;
  /** Times as fast as allowed, over the long and the short window. */
  readonly long: number;
  readonly short: number;
  readonly holds: boolean;
};
type Alert = { readonly policy: BurnPolicy; sinceMs: number | undefined; holds: boolean };

export class Budget {
  readonly slo: Pick<Slo, 'target' | 'periodMs' | 'policies'>;
  /** One ring a length, whoever asks for it. */
  private readonly windows = new Map<number, Window>();
  private readonly alerts: readonly Alert[];
  private firstMs: number | undefined;
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(slo: Pick<Slo, 'target' | 'periodMs' | 'policies'>) {
    this.slo = slo;
    const spans = slo.policies.flatMap(({ longMs, shortMs }) => [longMs, shortMs]);
    for (const span of [...spans, slo.periodMs]) if (!this.windows.has(span)) this.windows.set(span, new Window(span));
    this.alerts = slo.policies.map((policy) => ({ policy, sinceMs: undefined, holds: false }));
  }

  add(timeMs: number, good: number, all: number): void {
    this.firstMs = Math.min(this.firstMs ?? timeMs, timeMs);
    for (const window of this.windows.values()) window.add(timeMs, good, all);
    this.lastMs = Math.max(this.lastMs, timeMs);
  }

  /** Moves all windows on, and each alert with them. */
  moveTo(timeMs: number): void {
    for (const window of this.windows.values()) window.moveTo(timeMs);
    this.lastMs = Math.max(this.lastMs, timeMs);
    for (const alert of this.alerts) {
      const { policy } = alert;
      const isBurning = this.burn(policy.longMs) >= policy.burn && this.burn(policy.shortMs) >= policy.burn;
      if (!isBurning) alert.sinceMs = undefined;
      else alert.sinceMs ??= timeMs;
      alert.holds = alert.sinceMs !== undefined && timeMs - alert.sinceMs >= policy.forMs;
    }
  }

  /**
   * Burn rate over a window: share of bad events ÷ share that may be bad. What a window that is not full yet has not seen counts as good
   * at the same traffic: an alert stands for a share of the period's budget, and a few bad seconds after a start have not used it.
   */
  burn(spanMs: number): number {
    const window = this.windows.get(spanMs);
    if (window === undefined) throw new RangeError(`no window of ${spanMs} ms is kept`);
    return (window.badShare / (1 - this.slo.target)) * this.covered(spanMs);
  }

  get burns(): Burn[] {
    return this.alerts.map(({ policy, holds }) => ({
      policy,
      holds,
      long: this.burn(policy.longMs),
      short: this.burn(policy.shortMs),
    }));
  }

  /** When counting began: the first event, epoch ms. */
  get sinceMs(): number | undefined {
    return this.firstMs;
  }

  /** Share of the period's budget that is left, 1 … 0, below 0 where it is overdrawn. */
  get left(): number {
    return 1 - this.burn(this.slo.periodMs);
  }

  /** Since when the trouble lasts that a window shows: its oldest bad event. */
  onsetMs(policy: BurnPolicy): number | undefined {
    return this.windows.get(policy.shortMs)?.firstBadMs();
  }

  window(spanMs: number): Pick<Window, 'goods' | 'total' | 'badShare'> | undefined {
    return this.windows.get(spanMs);
  }

  private covered(spanMs: number): number {
    return this.firstMs === undefined ? 0 : Math.min(1, (this.lastMs - this.firstMs) / spanMs);
  }
}
