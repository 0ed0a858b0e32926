// A full volume as the kind of trouble: a service that fails while a volume of its host has just run full fails for want of room.
// How full a volume is needs no past: it is a share of what there is. So a volume that was mounted a moment ago counts as any other.
import type { FaultKind } from '@fenghuo/rules/contract';
import type { Evidence, Ranking, SeriesEvidence } from '../types.ts';

/** From this share on nothing of any size can be written. */
const FULL = 0.99;
/** What a process shows that cannot write: errors, calls that wait, or a loop that tries again and again. A processor or a heap is no such thing. */
const WITHOUT_ROOM: ReadonlySet<FaultKind> = new Set(['errors', 'latency', 'hang', 'eventloop', 'unknown']);

const isRoom = ({ meta }: SeriesEvidence): boolean =>
  meta.class === 'saturation' &&
  meta.unit === '1' &&
  meta.caller === undefined &&
  /filesystem|disk\.(usage|full)/.test(meta.metric);

/** Full now, and not so when the evidence begins. */
const ranFull = ({ values, timesMs }: SeriesEvidence, { onsetMs, stepMs }: Evidence): boolean => {
  const told = [...values].flatMap((value, i) => (Number.isNaN(value) ? [] : [{ value, atMs: timesMs[i]! }]));
  const [first, last] = [told[0], told.at(-1)];
  return (
    first !== undefined &&
    last !== undefined &&
    last.value >= FULL &&
    (first.value < FULL || first.atMs >= onsetMs - stepMs)
  );
};

/** The ranking with the first suspect's kind corrected, and the volume among its evidence, where one of its host has just run full. */
export const overVolumes = (ranking: Ranking, evidence: Evidence): Ranking => {
  const first = ranking.suspects[0];
  if (first === undefined || !WITHOUT_ROOM.has(first.kind)) return ranking;
  const host = evidence.hosts.get(first.entity);
  if (host === undefined) return ranking;
  const volume = evidence.series.find((one) => one.meta.entity === host && isRoom(one) && ranFull(one, evidence));
  if (volume === undefined) return ranking;
  const suspects = ranking.suspects.map((one) =>
    one.entity === first.entity ? { ...one, kind: 'disk' as const, series: [...one.series, volume] } : one,
  );
  return { ...ranking, suspects };
};
