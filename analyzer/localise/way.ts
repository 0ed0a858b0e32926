// Whether it is the way to and from a service rather than one that it calls: calls into it take longer than it says itself, or than what it waits
// for accounts for, and calls out of it longer than its callee says, both by the same time. A slow callee delays the calls into its caller by as
// much as the caller waits for it and by no more (delays of calls that wait for each other add up: Aguilera et al., SOSP 2003).
import type { Evidence, RankedSuspect, Ranking, SeriesEvidence } from '../types.ts';
import { explainedBy } from './instead.ts';
import { CALM_SHARE, isEnded } from './link.ts';
import { middleOf, toldFrom } from './past.ts';
import { defaults } from './settings.ts';
import { countsOf } from './shares.ts';
import { fullStrengthOf, strengthOf } from './strength.ts';

/** Two delays are alike where neither is longer than the other by more than half. */
const ALIKE = 1.5;

const isLateness = (one: SeriesEvidence): boolean => one.meta.class === 'latency' && isEnded(one);
const meanFrom = (series: SeriesEvidence, fromMs: number): number => {
  const told = toldFrom(series, fromMs);
  return told.length === 0 ? Number.NaN : told.reduce((sum, value) => sum + value, 0) / told.length;
};

/** What the evidence says of calls to entities in one figure, delays in its unit, calls a sample. */
const viewOf = ({ series, onsetMs, stepMs }: Evidence, { meta: { metric, stat } }: SeriesEvidence) => {
  const fromMs = onsetMs - stepMs;
  const counts = countsOf(series);
  const same = series.filter((one) => one.meta.metric === metric && one.meta.stat === stat && isLateness(one));
  const told = same.flatMap((one) => {
    const { shift, present } = fullStrengthOf(one, fromMs, defaults);
    return present === 0 ? [] : [{ one, shift, isLoud: strengthOf(one, fromMs, defaults).strength > 0 }];
  });
  const shiftsOf = (is: (one: SeriesEvidence) => boolean): number[] =>
    told.flatMap(({ one, shift }) => (is(one) ? [shift] : []));
  const callsOf = (is: (one: SeriesEvidence) => boolean): number =>
    same.reduce((sum, one) => {
      if (!is(one)) return sum;
      const by = counts(one);
      return sum + (by === undefined ? Number.NaN : meanFrom(by, fromMs));
    }, 0);
  return { told, shiftsOf, callsOf };
};

/**
 * By how much calls into `entity` take longer than the entity accounts for: by its own figure, or by the calls that it makes for each it serves;
 * NaN where neither is known.
 */
const unaccounted = (entity: string, { told, shiftsOf, callsOf }: ReturnType<typeof viewOf>): number => {
  const into = ({ meta }: SeriesEvidence): boolean => meta.entity === entity && meta.caller !== undefined;
  const whole = middleOf(shiftsOf(into));
  const own = shiftsOf(({ meta }) => meta.entity === entity && meta.caller === undefined);
  if (own.length > 0) return whole - middleOf(own);
  const served = callsOf(into);
  const waited = told.reduce(
    (sum, { one, shift, isLoud }) =>
      one.meta.caller === entity && isLoud ? sum + (shift * callsOf((other) => other === one)) / served : sum,
    0,
  );
  return whole - waited;
};

/** The caller whose way is as much longer into it as it is out of it to the first suspect; undefined where that is not so. */
const behindWay = ({ entity }: RankedSuspect, evidence: Evidence): string | undefined => {
  const fromMs = evidence.onsetMs - evidence.stepMs;
  const strength = (one: SeriesEvidence): number => strengthOf(one, fromMs, defaults).strength;
  const complaints = evidence.series
    .filter((one) => one.meta.entity === entity && one.meta.caller !== undefined && isLateness(one))
    .map((one) => ({ one, loud: strength(one) }))
    .filter(({ loud }) => loud > 0)
    .sort((a, b) => b.loud - a.loud);
  const [loudest] = complaints;
  const caller = loudest?.one.meta.caller;
  if (loudest === undefined || caller === undefined || caller === entity) return undefined;
  if (complaints.some(({ one }) => one.meta.caller !== caller)) return undefined;
  const view = viewOf(evidence, loudest.one);
  const into = view.told.filter(({ one }) => one.meta.entity === caller && one.meta.caller !== undefined);
  if (into.length === 0 || into.some(({ isLoud }) => !isLoud)) return undefined;
  const out = middleOf(view.shiftsOf(({ meta }) => meta.entity === entity && meta.caller === caller));
  const told = view.shiftsOf(({ meta }) => meta.entity === entity && meta.caller === undefined);
  if (told.length > 0 && middleOf(told) > CALM_SHARE * out) return undefined;
  const wayIn = unaccounted(caller, view);
  return out > 0 && wayIn <= ALIKE * out && out <= ALIKE * wayIn ? caller : undefined;
};

/** The ranking with the first suspect's caller in its place where the way to and from that caller explains both; undefined where it does not. */
export const overWays = (ranking: Ranking, evidence: Evidence): Ranking | undefined => {
  const first = ranking.suspects[0];
  const caller = first === undefined ? undefined : behindWay(first, evidence);
  if (first === undefined || caller === undefined) return undefined;
  const known = ranking.suspects.find(({ entity }) => entity === caller);
  if (known === undefined) return undefined;
  const kind = known.kind === 'latency' || known.kind === 'unknown' ? ('network' as const) : known.kind;
  const others = ranking.suspects.filter((one) => one !== known);
  return {
    ...ranking,
    suspects: [
      { ...known, kind, score: Math.max(known.score, first.score), because: [] },
      ...explainedBy(others, first.entity, caller),
    ],
    path: ranking.path.filter(({ to }) => to !== caller),
  };
};
