// Whoever shares a processor with a stranger: when most services of one host wait for a processor at once, and none of them burns it, the host is the
// cause and each of them its victim. How long a runnable process waits is counted by the kernel (schedstat; Gregg, Systems Performance, 2020, on run queue latency).
import type { FaultKind } from '@fenghuo/rules/contract';
import { doMost, isWait, TELLING_LEAST, waitsLong } from '../processor.ts';
import type { Evidence, RankedSuspect, Ranking, SeriesEvidence } from '../types.ts';
import { marginOf } from './confidence.ts';
import { middleOf, toldFrom } from './past.ts';

/** Processors that known services use more than usual, all together, from which on it is no stranger. */
const BURNING = 0.3;
/** How much more the host weighs than the loudest of its victims. */
const HEAVIER = 1.5;
/**
 * What waiting for a processor looks like from outside, collections that do not get theirs among it; whoever is gone, fails or is short of something else
 * has another story.
 */
const WAITING: ReadonlySet<FaultKind> = new Set([
  'latency',
  'hang',
  'eventloop',
  'cpu',
  'saturation',
  'memory',
  'unknown',
]);

const isWaiting = ({ meta }: SeriesEvidence): boolean =>
  isWait(meta) || (meta.unit === 's' && /steal/.test(meta.metric));
const isUse = ({ meta }: SeriesEvidence): boolean => /cpu\.(utilization|usage)$/.test(meta.metric) && meta.unit === '1';

/** What a figure is now, the middle of its samples since the onset, or that of the step before where it has none yet; undefined where it says nothing. */
const nowOf = (series: SeriesEvidence, onsetMs: number, stepMs: number): number | undefined => {
  const since = toldFrom(series, onsetMs);
  const told = since.length > 0 ? since : toldFrom(series, onsetMs - stepMs);
  return told.length === 0 ? undefined : middleOf(told);
};

/** The ranking with the host first where its services wait for a processor that none of them uses up. */
export const overHosts = (ranking: Ranking, evidence: Evidence): Ranking => {
  const first = ranking.suspects[0];
  if (first === undefined) return ranking;
  // A host that is first by some figure of its own may be first by this one.
  const isHost = evidence.kinds.get(first.entity) === 'host';
  const host = isHost ? first.entity : evidence.hosts.get(first.entity);
  if (host === undefined || !(isHost || WAITING.has(first.kind))) return ranking;
  const seconds = evidence.stepMs / 1_000;
  const told = new Map<string, { readonly one: SeriesEvidence; readonly waits: boolean; readonly now: number }>();
  let burnt = 0;
  for (const one of evidence.series) {
    const { entity } = one.meta;
    if (one.meta.caller !== undefined || evidence.hosts.get(entity) !== host || !(isWaiting(one) || isUse(one)))
      continue;
    const now = nowOf(one, evidence.onsetMs, evidence.stepMs);
    if (now === undefined) continue;
    const usual = one.baseline.location;
    if (isWaiting(one)) told.set(entity, { one, now, waits: waitsLong(now, usual, seconds) });
    else burnt += Math.max(0, now - usual);
  }
  const waiting = [...told.values()].filter(({ waits }) => waits);
  if (!doMost(waiting.length, told.size) || burnt >= BURNING) return ranking;
  const [most] = [...waiting].sort((a, b) => b.now - a.now);
  if (most === undefined) return ranking;
  const { caller: _, ...rest } = first;
  const named: RankedSuspect = {
    ...rest,
    entity: host,
    entityKind: 'host',
    metric: most.one.meta.metric,
    score: HEAVIER * first.score,
    kind: 'cpu',
    seen: most.now,
    expected: most.one.baseline.location,
    unit: most.one.meta.unit,
    because: [{ code: 'all_wait', about: String(waiting.length), weight: first.score }],
    series: waiting.map(({ one }) => one).slice(0, TELLING_LEAST),
  };
  const others = ranking.suspects.filter(({ entity }) => entity !== host);
  // A victim explained is hardly a rival; whoever has another story is.
  const rival = others.find(({ entity, kind }) => !(WAITING.has(kind) && told.get(entity)?.waits === true));
  const against = Math.max(rival?.score ?? 0, first.score / HEAVIER);
  return {
    ...ranking,
    suspects: [named, ...others],
    margin: Math.max(ranking.margin, marginOf(named.score, against)),
    path: waiting.map(({ one }) => ({ from: host, to: one.meta.entity, onsetMs: first.onsetMs })),
  };
};
