// A release as the cause: who asks a callee for more than before its release makes it slow for everybody (the idea of ChangeRCA, Yu et al.,
// FSE 2024: a change is a suspect as far as what it touched changed with it). A release by itself is no evidence: most are innocent.
import type { Evidence, RankedSuspect, Ranking, SeriesEvidence } from '../types.ts';

/** Releases so long before the onset are remembered as a cause; what a release breaks mostly shows within minutes. */
const RELEASED_MS = 10 * 60_000;
/** An announcement may come a little after what it announces. */
const LATE_MS = 5_000;
/** Calls for each request served, against what they were, from which on a caller asks for more; and how far beyond chance, deviations. */
const MORE_MIN = 1.5;
const CHANCE_MIN = 3;

const isRelease = (kind: string): boolean => kind === 'deploy' || kind === 'config';

/** Services released shortly before the onset. */
export const releasedIn = ({ events, onsetMs }: Evidence): ReadonlySet<string> =>
  new Set(
    events
      .filter(({ kind, timeMs }) => isRelease(kind) && timeMs >= onsetMs - RELEASED_MS && timeMs <= onsetMs + LATE_MS)
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

/** The ranking with a released caller in the first place where it asks the first suspect for more than before; the suspect keeps the second. */
export const overReleases = (ranking: Ranking, evidence: Evidence): Ranking => {
  const first = ranking.suspects[0];
  if (first === undefined) return ranking;
  const released = releasedIn(evidence);
  const callers = evidence.edges.filter(({ callee }) => callee === first.entity).map(({ caller }) => caller);
  for (const caller of new Set(callers)) {
    const count = released.has(caller) ? asksMore(evidence, caller, first.entity) : undefined;
    if (count === undefined) continue;
    const known = ranking.suspects.find((one) => one.entity === caller);
    const named: RankedSuspect = {
      ...first,
      entity: caller,
      entityKind: evidence.kinds.get(caller) ?? 'service',
      // What the callee suffers from is what its callers see: it is late or it fails.
      kind: known?.kind === 'errors' ? 'errors' : 'latency',
      because: [{ code: 'released', about: first.entity, weight: first.score }],
      series: [...(known?.series ?? []), count],
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
    const rest = ranking.suspects.map((one) =>
      one.entity === first.entity
        ? { ...one, because: [{ code: 'explained_by', about: caller, weight: -one.score }] }
        : one,
    );
    return { ...ranking, suspects: [named, ...rest] };
  }
  return ranking;
};
