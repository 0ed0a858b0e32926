// One process of a service against the others: a bad release on an instance of its own fails most of its few calls, which the service as a whole
// hardly shows. The others are the control group, at the same time and under the same demand (canary analysis, as in Kayenta, Netflix 2018).
import { type DetectorRule, limits } from '@fenghuo/rules/contract';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import { failuresIn, failuresWeighed, shareThatMatters } from './failures.ts';
import { failShare } from './rarity.ts';
import type { Weighed } from './weighed.ts';

/** Calls that the others must have answered in the same ticks for each of the process itself: a pair of equals has no control group. */
const MORE_CALLS = 2;

/** What a process tells of the calls that it serves; where it tells of several kinds of them, nothing is held against each other. */
type Process = { readonly errors: Series; readonly counts: Series };

/**
 * What was found of a service's series, as long as they are the same: places put a series at the end of a service's list and take one by a list anew.
 * Every process that fails a call now and then asks for it, and its service has some hundred series.
 */
const found = new WeakMap<readonly Series[], { readonly length: number; readonly processes: readonly Process[] }>();

const processesOf = ({ places }: Watch, service: string): readonly Process[] => {
  const all = places.of(service);
  const known = found.get(all);
  if (known?.length === all.length) return known.processes;
  const processes = processesAmong(all);
  found.set(all, { length: all.length, processes });
  return processes;
};

const processesAmong = (all: readonly Series[]): readonly Process[] => {
  const [errors, counts] = [new Map<string, Series[]>(), new Map<string, Series[]>()];
  const own = all.filter(({ meta }) => meta.caller === undefined);
  // Collections are timed and counted too: calls are what has a latency.
  const timed = new Set(own.flatMap(({ meta }) => (meta.class === 'latency' ? [meta.metric] : [])));
  for (const one of own) {
    const { class: of, kind, stat, metric } = one.meta;
    if (kind !== 'delta') continue;
    const into = of === 'errors' ? errors : stat === 'count' && timed.has(metric) ? counts : undefined;
    into?.set(one.probe, [...(into.get(one.probe) ?? []), one]);
  }
  return [...errors].flatMap(([probe, [failed, ...more]]) => {
    const [counted, ...others] = counts.get(probe) ?? [];
    return failed === undefined || counted === undefined || more.length + others.length > 0
      ? []
      : [{ errors: failed, counts: counted }];
  });
};

/** `learned`: healthy samples behind it; the band is of failures in the last tick. */
export type Against = Weighed & {
  readonly learned: number;
  readonly expected: number;
  readonly low: number;
  readonly high: number;
};

/** Whether a service has processes that could be held against each other; most have one. */
export const hasPeers = ({ probes }: Watch, { meta }: Series): boolean => probes.of(meta.entity).length > 1;

/** What the failures of `one`, a process' own, are worth against those of its peers; undefined where it has none that tell enough. */
export const againstPeers = (watch: Watch, one: Series, rule: DetectorRule, tickMs: number): Against | undefined => {
  if (one.meta.class !== 'errors' || one.meta.caller !== undefined || one.meta.instance === undefined) return undefined;
  // Who is gone fails nothing any more.
  if (one.lastMs < tickMs - limits.tickMs) return undefined;
  if (!hasPeers(watch, one)) return undefined;
  const all = processesOf(watch, one.meta.entity);
  const own = all.find(({ errors }) => errors === one);
  const peers = all.filter((of) => of !== own && of.counts.lastMs >= one.lastMs - limits.tickMs);
  if (own === undefined || peers.length === 0) return undefined;
  const { bank } = watch;
  const [values, calls] = [bank.values(one.index), bank.values(own.counts.index)];
  const theirs = peers.map(({ errors, counts }) => ({
    usual: bank.baseline(errors.index),
    calls: Math.max(1, bank.baseline(counts.index).location),
    failed: failuresIn(bank.values(errors.index).slice(-values.length)),
    all: failuresIn(bank.values(counts.index).slice(-values.length)),
  }));
  const total = (of: (peer: (typeof theirs)[number]) => number): number =>
    theirs.reduce((so, peer) => so + of(peer), 0);
  if (total((peer) => peer.all) < MORE_CALLS * failuresIn(calls)) return undefined;
  const learned = Math.max(...theirs.map(({ usual }) => usual.n));
  // What fails at the others as well, usually or at present, is not this one's doing.
  const rate = total(({ usual }) => Math.max(usual.location, usual.mean, 0));
  const share = failShare(
    rate,
    total((peer) => peer.calls),
    learned,
  );
  const usual = Math.max(
    share,
    total((peer) => peer.failed) /
      Math.max(
        1,
        total((peer) => peer.all),
      ),
  );
  const matters = shareThatMatters(usual, rule.changeMin);
  const worth = failuresWeighed({ values, calls }, { usual, matters, floor: rule.floor[one.meta.unit] ?? 1 });
  // One failure more is the least that means anything.
  const expected = usual * (calls.at(-1) ?? 0);
  return { ...worth, learned, expected, low: 0, high: expected + 1 };
};
