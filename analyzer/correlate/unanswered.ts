// Calls that do not end tell nothing by their duration: what they are worth is how many wait where few usually do, and how old the oldest is.
import type { DetectorRule } from '@fenghuo/rules/contract';
import type { Series, Watch } from '../watch.ts';
import type { Weighed } from './calls.ts';
import { matters } from './opening.ts';
import { tickNatsMax, waitingNats } from './rarity.ts';

const none: Weighed = { nats: 0, ticks: 0 };

/**
 * The ticks from the present back in which the oldest unanswered call of the same edge as `one` is older than matters, judged by what the edge's calls
 * take; each is worth the rarity of so many unanswered calls. Nothing where no probe tells ages.
 */
export const unanswered = (watch: Watch, one: Series, rule: DetectorRule): Weighed => {
  const age = one.meta.class === 'latency' ? watch.groups.ages.get(one.calls) : undefined;
  if (age === undefined) return none;
  const { expected } = watch.expected(age);
  const ages = watch.bank.recent(age.index);
  const waiting = watch.groups.waiting.get(one.calls);
  const many = waiting === undefined ? undefined : watch.bank.recent(waiting.index);
  const isAligned = many !== undefined && many.timesMs.at(-1) === ages.timesMs.at(-1);
  const usual = waiting === undefined ? undefined : watch.bank.baseline(waiting.index);
  let [nats, ticks] = [0, 0];
  for (let back = 1; back <= ages.values.length; back++) {
    const value = ages.values[ages.values.length - back]!;
    if (Number.isNaN(value)) continue;
    if (!matters(value, expected, 'up', rule, age.meta.unit)) break;
    ticks++;
    const count = isAligned ? many.values[many.values.length - back] : undefined;
    if (usual !== undefined && count !== undefined && count > 0)
      nats += Math.min(tickNatsMax, waitingNats(count, Math.max(usual.mean, usual.location), usual.sd));
  }
  return { nats, ticks };
};
