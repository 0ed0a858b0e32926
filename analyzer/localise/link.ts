// Whether it is the network between two services and neither of them: the caller complains, and the callee, which reports as ever,
// has answered what reached it in time. Two views of the same calls that disagree are the evidence (edge-based localisation, as in
// Microscope, Lin et al., ICSOC 2018, reduced to the one contradiction that only a link explains).
import { beyondUsual, haveArrived } from '../arrived.ts';
import type { Evidence, RankedSuspect, Ranking, SeriesEvidence } from '../types.ts';
import { cameFrom, explainedBy } from './instead.ts';
import { measureOf } from './measure.ts';
import { middleOf } from './past.ts';
import { defaults } from './settings.ts';
import { isUnderWay } from './signs.ts';
import { fullStrengthOf } from './strength.ts';
import { isSwelling } from './swelling.ts';

/** Ticks since the onset of which the callee must have told, and how many it may have missed: who was down for a moment is no innocent. */
const TOLD_MIN = 2;
const MISSED_MAX = 1;
/** A process that is busy, stopped or full takes calls late and does not know it: from here on its own figures speak against it. */
const OWN_MAX = 0.6;
/** The callee's own lateness and the other callers' complaints, as a share of the loudest complaint, up to which they are noise beside it. */
export const CALM_SHARE = 0.3;
const BETWEEN = ' → ';

/** The name of the link between two entities. */
export const linkOf = (caller: string, callee: string): string => `${caller}${BETWEEN}${callee}`;
/** The two ends of a link; of anything else itself alone. */
export const endsOf = (entity: string): readonly string[] => entity.split(BETWEEN);

const isSymptom = ({ meta }: SeriesEvidence): boolean => meta.class === 'latency' || meta.class === 'errors';
/** Only calls that ended have been seen from both sides: of one that still waits the callee cannot have told yet. */
export const isEnded = ({ meta }: SeriesEvidence): boolean => !/(^|\.|_)age$/.test(meta.metric);
const isOwnBurden = ({ meta }: SeriesEvidence): boolean =>
  meta.caller === undefined &&
  !isUnderWay(meta) &&
  (meta.class === 'saturation' || (meta.class === 'resource' && /cpu|gc/.test(meta.metric)));

const isRequests = ({ meta }: SeriesEvidence): boolean => isUnderWay(meta) && meta.unit === '{request}';
const presentOf = ({ values }: SeriesEvidence): number => values.findLast((value) => !Number.isNaN(value)) ?? 0;

const isLate = ({ meta }: SeriesEvidence): boolean => meta.class === 'latency' && meta.unit === 's';
const isLoop = ({ meta }: SeriesEvidence): boolean =>
  meta.caller === undefined && meta.unit === 's' && /event_?loop.*(delay|lag)/.test(meta.metric);
const shiftOf = (series: SeriesEvidence, fromMs: number): number => fullStrengthOf(series, fromMs, defaults).shift;

/** What the first suspect was mistaken for: the link to it, or its caller; undefined where it was not. */
const mistaken = ({ entity }: RankedSuspect, evidence: Evidence): string | undefined => {
  const from = evidence.onsetMs - evidence.stepMs;
  const about = evidence.series.filter(({ meta }) => meta.entity === entity);
  // Whoever counts its calls is among its own figures.
  const measure = measureOf(about, from, defaults);
  const strength = (series: SeriesEvidence): number => measure(series).strength;
  const own = about.filter((series) => series.meta.caller === undefined && isSymptom(series));
  const told = Math.max(0, ...own.map((series) => measure(series).present));
  const ticks = Math.floor((evidence.nowMs - evidence.onsetMs) / evidence.stepMs) + 1;
  const complaints = about.filter((s) => s.meta.caller !== undefined && isSymptom(s) && isEnded(s));
  const loudest = Math.max(0, ...complaints.map(strength));
  const lateness = Math.max(0, ...complaints.filter(isLate).map((series) => shiftOf(series, from)));
  const isLoud = (series: SeriesEvidence): boolean => strength(series) > CALM_SHARE * loudest;
  // Both ends tell seconds, figure by figure: the callee accounts for what it took, however unusual that is beside its own past.
  const parts = complaints.filter(isLate).flatMap((theirs) => {
    const ours = own.find((one) => isLate(one) && one.meta.stat === theirs.meta.stat);
    const late = shiftOf(theirs, from);
    return ours === undefined || late <= 0 || strength(theirs) === 0 ? [] : [shiftOf(ours, from) / late];
  });
  // What it was late by accounts for callers that wait, not for calls that failed in no time.
  const isWaitedFor = complaints.some((series) => series.meta.class === 'latency' && isLoud(series));
  const accounts = (series: SeriesEvidence): boolean =>
    isLoud(series) &&
    (series.meta.class !== 'latency' || isWaitedFor) &&
    !(isLate(series) && parts.length > 0 && middleOf(parts) <= CALM_SHARE);
  if (loudest === 0 || told < TOLD_MIN || told < ticks - MISSED_MAX || own.some(accounts)) return undefined;
  const [caller, ...others] = new Set(complaints.filter(isLoud).flatMap(({ meta }) => meta.caller ?? []));
  if (caller === undefined || others.length > 0 || caller === entity) return undefined;
  // Whoever waits itself as long as it is waited for has got the calls.
  const longest = (some: readonly SeriesEvidence[]): number =>
    Math.max(0, ...some.filter((one) => isLate(one) && !isEnded(one)).map((one) => shiftOf(one, from)));
  const waits = longest(evidence.series.filter(({ meta }) => meta.caller === entity));
  if (waits > CALM_SHARE * longest(about)) return undefined;
  // What is under way at the callee as at its caller has arrived.
  const underWay = (of: string | undefined): readonly SeriesEvidence[] =>
    about.filter((one) => one.meta.caller === of && isRequests(one));
  const waiting = Math.max(0, ...underWay(caller).map((one) => beyondUsual(presentOf(one), one.baseline)));
  if (underWay(undefined).some((one) => haveArrived(presentOf(one), one.baseline, waiting))) return undefined;
  if (about.some((s) => isOwnBurden(s) && strength(s) > OWN_MAX)) return undefined;
  // Collections stop it now and then, for which nothing of its own but the memory need be loud yet: whoever is stopped is waited for.
  if (isWaitedFor && about.some((s) => s.meta.caller === undefined && isSwelling(s))) return undefined;
  // A caller whose own loop is late by so much sees late what was answered in time; that calls fail is another matter.
  const isStopped =
    isWaitedFor &&
    evidence.series.some(
      (s) => s.meta.entity === caller && isLoop(s) && strength(s) > OWN_MAX && shiftOf(s, from) > CALM_SHARE * lateness,
    );
  return isStopped ? caller : linkOf(caller, entity);
};

/** The ranking with the link, or the caller, in the first place where the first suspect was only seen through it; the suspect keeps the second. */
export const overLinks = (ranking: Ranking, evidence: Evidence): Ranking => {
  const first = ranking.suspects[0];
  const instead = first === undefined ? undefined : mistaken(first, evidence);
  if (first === undefined || instead === undefined) return ranking;
  const [caller = ''] = endsOf(instead);
  const rest = explainedBy(ranking.suspects, first.entity, instead);
  if (instead === caller) {
    const own = rest.find(({ entity }) => entity === caller);
    if (own === undefined) return ranking;
    const suspects = [
      { ...own, score: Math.max(own.score, first.score), because: [] },
      ...rest.filter((one) => one !== own),
    ];
    return { ...ranking, suspects, path: ranking.path.filter(({ to }) => to !== caller) };
  }
  return {
    ...ranking,
    suspects: [{ ...first, entity: instead, entityKind: 'edge', kind: 'network' }, ...rest],
    path: cameFrom(ranking.path, instead, caller, first.onsetMs),
  };
};
