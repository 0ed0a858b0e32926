// A release as the cause: who asks a callee for more than before its release makes it slow for everybody (the idea of ChangeRCA, Yu et al.,
// FSE 2024: a change is a suspect as far as what it touched changed with it). A release by itself is no evidence: most are innocent.
import type { Evidence, RankedSuspect, Ranking, SeriesEvidence } from '../types.ts';
import { cameFrom, explainedBy } from './instead.ts';
import { CALM_SHARE } from './link.ts';
import { middleOf } from './past.ts';

/** Releases so long before the onset are remembered as a cause; what a release breaks mostly shows within minutes. */
const RELEASED_MS = 10 * 60_000;
/** An announcement may come a little after what it announces. */
const LATE_MS = 5_000;
/** Calls for each request served, against what they were, from which on a caller asks for more; and how far beyond chance, deviations. */
const MORE_MIN = 1.5;
const CHANCE_MIN = 3;
/** So many times longer than before takes what it asks for, at least, where it asks for something else; a lock may hold one caller first, so only a release just before is believed to. */
const HEAVIER_MIN = 2;
const JUST_RELEASED_MS = 60_000;
/** Part of the time of what takes the most: where one after the other is served, whatever is asked waits for what is slow, and takes as long. */
const NEW_SHARE = 0.25;

const isRelease = (kind: string): boolean => kind === 'deploy' || kind === 'config';

/** Services released shortly before the onset. */
export const releasedIn = ({ events, onsetMs }: Evidence, withinMs = RELEASED_MS): ReadonlySet<string> =>
  new Set(
    events
      .filter(({ kind, timeMs }) => isRelease(kind) && timeMs >= onsetMs - withinMs && timeMs <= onsetMs + LATE_MS)
      .map(({ entity }) => entity),
  );

type Amount = { readonly was: number; readonly is: number };
/** What was counted a tick before, by the detector's long past, and in all since the onset; samples that are missing count nothing. */
const amountOf = (all: readonly SeriesEvidence[], fromMs: number): Amount & { readonly ticks: number } =>
  all.reduce(
    (sum, { baseline, timesMs, values }) => {
      const since = [...values].filter((value, i) => timesMs[i]! >= fromMs && !Number.isNaN(value));
      return {
        was: sum.was + (baseline.n < 3 ? 0 : Math.max(0, baseline.location)),
        is: sum.is + since.reduce((total, value) => total + value, 0),
        ticks: Math.max(sum.ticks, since.length),
      };
    },
    { was: 0, is: 0, ticks: 0 },
  );

/** The count of calls by which `caller` asks `callee` for more per request of its own than before; undefined where it does not. */
const asksMore = (evidence: Evidence, caller: string, callee: string): SeriesEvidence | undefined => {
  const counts = evidence.series.filter(({ meta }) => meta.class === 'traffic' && meta.stat === 'count');
  const calls = counts.filter(({ meta }) => meta.caller === caller && meta.entity === callee);
  const ofCaller = counts.filter(({ meta }) => meta.caller === undefined && meta.entity === caller);
  const served = ofCaller.filter(({ meta }) => /server/.test(meta.metric));
  const now = amountOf(calls, evidence.onsetMs);
  const asked = amountOf(served, evidence.onsetMs);
  if (now.ticks === 0 || now.was <= 0 || asked.was <= 0) return undefined;
  const expected = (now.was * asked.is) / asked.was;
  const isMore = now.is >= MORE_MIN * expected && now.is - expected >= CHANCE_MIN * Math.sqrt(Math.max(1, expected));
  return isMore ? calls[0] : undefined;
};

/** What most calls took since the onset beyond what is usual; undefined where nobody told. */
const medianShift = ({ baseline, timesMs, values }: SeriesEvidence, fromMs: number): number | undefined => {
  const since = values.filter((value, i) => timesMs[i]! >= fromMs && !Number.isNaN(value));
  return since.length === 0 || baseline.n < 3 ? undefined : middleOf(since) - baseline.location;
};

/**
 * The median by which what `caller` asks of `callee` takes longer than before, while what the others ask takes as long as ever: it asks for something
 * else. Undefined where others wait as well, or where there are none.
 */
const asksHeavier = (evidence: Evidence, caller: string, callee: string): SeriesEvidence | undefined => {
  const medians = evidence.series.filter(
    ({ meta }) =>
      meta.entity === callee && meta.caller !== undefined && meta.class === 'latency' && meta.stat === 'p50',
  );
  const shifts = medians.flatMap((one) => {
    const shift = medianShift(one, evidence.onsetMs);
    return shift === undefined ? [] : [{ one, shift }];
  });
  const [most, ...others] = shifts.sort((a, b) => b.shift - a.shift);
  const isItself = most?.one.meta.caller === caller && most.shift >= HEAVIER_MIN * Math.abs(most.one.baseline.location);
  const isAlone = others.length > 0 && others.every(({ shift }) => shift <= CALM_SHARE * most!.shift);
  return isItself && isAlone ? most.one : undefined;
};

/**
 * What `caller` asks of `callee` only since its release, where that takes time now as whatever is asked does: a statement that nobody asked before, and all
 * wait since it is asked. Undefined where no probe tells statements.
 */
const asksNew = (evidence: Evidence, caller: string, callee: string): SeriesEvidence | undefined => {
  const { series, events, onsetMs, nowMs, stepMs } = evidence;
  const asked = series.filter(({ meta }) => meta.entity === callee && meta.operation !== undefined);
  // A caller whose statements were all told of lately has a probe that is new itself.
  const isKnown = asked.some(({ meta, baseline }) => meta.caller === caller && baseline.n * stepMs > JUST_RELEASED_MS);
  const releasedMs = events.findLast(({ kind, entity }) => isRelease(kind) && entity === caller)?.timeMs;
  if (!isKnown || releasedMs === undefined) return undefined;
  const took = (one: SeriesEvidence): number => amountOf([one], onsetMs).is;
  const most = Math.max(...asked.map(took));
  // Of one that another of its processes asked before nothing is new but the process.
  const isNew = ({ meta: { operation } }: SeriesEvidence): boolean =>
    asked.every(
      ({ meta, baseline }) =>
        meta.caller !== caller ||
        meta.operation !== operation ||
        (baseline.n - 1) * stepMs <= nowMs - releasedMs + LATE_MS,
    );
  return asked.find(
    (one) => one.meta.caller === caller && isNew(one) && took(one) > 0 && took(one) >= NEW_SHARE * most,
  );
};

/**
 * By what figures a released `caller` asks `callee` for more than before and, where it was released just now, for what it never asked or for what takes
 * longer: what it asks for says most.
 */
const asksOtherwise = (
  evidence: Evidence,
  caller: string,
  callee: string,
  isJustNow: boolean,
): readonly SeriesEvidence[] => {
  const other = isJustNow ? (asksNew(evidence, caller, callee) ?? asksHeavier(evidence, caller, callee)) : undefined;
  return [other, asksMore(evidence, caller, callee)].filter((one) => one !== undefined);
};

/**
 * The ranking with a released caller in the first place where it asks the first suspect for more, or for more at once, than before; the suspect keeps the
 * second and is the first to suffer from it.
 */
export const overReleases = (ranking: Ranking, evidence: Evidence): Ranking => {
  const first = ranking.suspects[0];
  if (first === undefined) return ranking;
  const [released, justNow] = [releasedIn(evidence), releasedIn(evidence, JUST_RELEASED_MS)];
  const callers = evidence.edges.filter(({ callee }) => callee === first.entity).map(({ caller }) => caller);
  for (const caller of new Set(callers)) {
    const asks = released.has(caller) ? asksOtherwise(evidence, caller, first.entity, justNow.has(caller)) : [];
    if (asks.length === 0) continue;
    const known = ranking.suspects.find((one) => one.entity === caller);
    const named: RankedSuspect = {
      ...first,
      entity: caller,
      entityKind: evidence.kinds.get(caller) ?? 'service',
      // What the callee suffers from is what its callers see: it is late or it fails.
      kind: known?.kind === 'errors' ? 'errors' : 'latency',
      because: [{ code: 'released', about: first.entity, weight: first.score }],
      series: [...(known?.series ?? []), ...asks],
      ...(known === undefined
        ? {}
        : {
            metric: known.metric,
            seen: known.seen,
            expected: known.expected,
            unit: known.unit,
            onsetMs: known.onsetMs,
          }),
    };
    return {
      ...ranking,
      suspects: [named, ...explainedBy(ranking.suspects, first.entity, caller)],
      path: cameFrom(ranking.path, caller, first.entity, first.onsetMs),
    };
  }
  return ranking;
};
