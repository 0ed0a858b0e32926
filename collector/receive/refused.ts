// Refusals of one request by reason: those its sender is told of, and those that are only counted.
import { receiveLimits } from './limits.ts';
import type { RefusalReason } from './refusal.ts';

export class Refused {
  /** Items that were refused and that the sender is told of. */
  told = 0;
  private readonly reasons = new Map<RefusalReason, { count: number; readonly detail: string | undefined }>();

  /** Notes one item; answers false, for "not taken". */
  note(reason: RefusalReason, detail: string): false {
    this.told++;
    this.add(reason, detail);
    return false;
  }

  /** Notes what was taken but for a part that the sender cannot mend. */
  quiet(reason: RefusalReason, count = 1): void {
    if (count > 0) this.add(reason, undefined, count);
  }

  get all(): Iterable<readonly [RefusalReason, { readonly count: number }]> {
    return this.reasons;
  }

  /** In a sentence each; empty where all was taken. */
  words(): string {
    return [...this.reasons]
      .flatMap(([reason, { count, detail }]) => (detail === undefined ? [] : [`${reason} (${count}): ${detail}`]))
      .join('; ');
  }

  private add(reason: RefusalReason, detail: string | undefined, count = 1): void {
    const known = this.reasons.get(reason);
    if (known === undefined) this.reasons.set(reason, { count, detail });
    else known.count += count;
  }
}

/** Whether a moment lies within what is taken; notes the refusal where it does not. */
export const isTimely = (timeMs: number, nowMs: number, refused: Refused): boolean => {
  if (!(timeMs <= nowMs + receiveLimits.aheadMsMax))
    return refused.note('time_ahead', `more than ${receiveLimits.aheadMsMax / 1_000} s ahead`);
  return (
    timeMs >= nowMs - receiveLimits.behindMsMax ||
    refused.note('time_behind', `older than ${receiveLimits.behindMsMax / 3_600_000} h`)
  );
};
