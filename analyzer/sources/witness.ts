// Who else can tell of a source that says nothing: the callers of its service, its other instances, the services on its host.
import { limits } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';

/** What callers saw of a service in their last ticks. */
export type Witness = 'answers' | 'fails' | 'nothing';

/**
 * Calls that ended well prove that a service lives, whatever its probe does; where all failed, or wait without an answer, it does not serve.
 * @param sinceMs only of ticks after this
 */
export const callersOf = (watch: Watch, service: string, sinceMs: number, tickMs: number): Witness => {
  const told = new Map<string, { calls: number; errors: number; waiting: number }>();
  const from = Math.max(sinceMs + limits.tickMs, tickMs - limits.tickMs);
  for (const one of watch.places.of(service)) {
    const { meta, last, lastMs, calls } = one;
    if (meta.caller === undefined || meta.caller === service || lastMs < from || !(last > 0)) continue;
    const of = told.get(calls) ?? { calls: 0, errors: 0, waiting: 0 };
    add(of, one, watch);
    told.set(calls, of);
  }
  let fails = false;
  for (const { calls, errors, waiting } of told.values()) {
    if (calls > errors) return 'answers';
    if (errors > 0 || waiting > 0) fails = true;
  }
  return fails ? 'fails' : 'nothing';
};

const add = (of: { calls: number; errors: number; waiting: number }, one: Series, watch: Watch): void => {
  if (watch.groups.counts.get(one.calls) === one) of.calls += one.last;
  else if (one.meta.class === 'errors') of.errors += one.last;
  else if (watch.groups.waiting.get(one.calls) === one) of.waiting += one.last;
};
