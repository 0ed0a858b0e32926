// Whose fault is a slow edge: its callee's, when the callers agree; its caller's, when all that it calls seems slow or it alone complains.
// A two-way effects model, caller plus callee, fitted by medians (as in Tukey's median polish): what all callees of one caller have in
// common is subtracted in the metric's own unit, and what remains must stand out from the callees' differences among each other.
import type { SeriesEvidence } from '../types.ts';
import { MAD_TO_SD, toldFrom } from './past.ts';
import type { Settings } from './settings.ts';
import { fullStrengthOf, type Strength, tempered } from './strength.ts';

/** Whether an entity calls another, directly or through others. */
export type WaitsFor = (entity: string, callee: string) => boolean;
export type Scored = { readonly series: SeriesEvidence; readonly strength: Strength };

const lowerMedian = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
const withStrength = (one: Scored, strength: number): Scored => ({
  series: one.series,
  strength: { ...one.strength, strength },
});

/** What a caller says of a callee: by the loudest figure of the edge, and whether any of them is still out of its band. */
type Complaint = { readonly strength: number; readonly isNow: boolean };

/** Samples back in which a figure that goes on is out of its band. */
const NOW = 2;

/** Whether a figure is out of its band in its last samples too: one that was only once has nothing to do with what goes on. */
const goesOn = ({ series, strength }: Scored, fromMs: number, { zLeast }: Settings): boolean => {
  if (strength.strength === 0) return false;
  const { location, scale } = series.baseline;
  const edge = zLeast * scale;
  return toldFrom(series, fromMs)
    .slice(-NOW)
    .some((value) => Math.abs(value - location) > edge);
};

/** Complaints by caller and callee; an edge without a sample in the incident has no say. */
const edgesOf = (
  scored: readonly Scored[],
  fromMs: number,
  settings: Settings,
): Map<string, Map<string, Complaint>> => {
  const edges = new Map<string, Map<string, Complaint>>();
  for (const one of scored) {
    const { caller, entity } = one.series.meta;
    if (caller === undefined || caller === entity || one.strength.present === 0) continue;
    const of = edges.get(caller) ?? new Map<string, Complaint>();
    const said = of.get(entity);
    of.set(entity, {
      strength: Math.max(said?.strength ?? 0, one.strength.strength),
      isNow: said?.isNow === true || goesOn(one, fromMs, settings),
    });
    edges.set(caller, of);
  }
  return edges;
};

/** By how much a figure moved, also within its band. */
const shiftOf = ({ series, strength }: Scored, fromMs: number, settings: Settings): number =>
  strength.strength > 0 || strength.isOfCalls ? strength.shift : fullStrengthOf(series, fromMs, settings).shift;

/**
 * What of a figure's strength is what the caller sees of all its callees. In the same unit that is the part of its shift that they have in common:
 * 24 ms more for everybody, however unusual, are not why one of them takes 200.
 */
const accountedBy = (common: Scored, { series, strength }: Scored): number => {
  const isAlike = common.series.meta.unit === series.meta.unit && !strength.isOfCalls && !common.strength.isOfCalls;
  const part = isAlike && strength.shift > 0 ? Math.min(1, common.strength.shift / strength.shift) : 1;
  return Math.max(0, part) * common.strength.strength;
};

/** Figures of one metric over one caller's callees: what they have in common becomes the caller's, what is left the callee's. */
const lessCommon = (
  scored: readonly Scored[],
  fromMs: number,
  settings: Settings,
  waitsFor: WaitsFor,
): { readonly kept: Scored[]; readonly common: Map<string, Scored> } => {
  const groups = new Map<string, Scored[]>();
  for (const one of scored) {
    const { caller, entity, metric, stat } = one.series.meta;
    if (caller === undefined || caller === entity || one.strength.present === 0) continue;
    // Failures of an edge whose calls nobody counts are in another unit than parts of the calls.
    const key = `${caller}\u0000${metric}\u0000${stat ?? ''}\u0000${one.strength.isOfCalls ?? false}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const left = new Map<Scored, number>();
  const common = new Map<string, Scored>();
  for (const all of groups.values()) {
    // Where nothing is loud there is nothing to share out.
    const loud = new Set(all.flatMap(({ series, strength }) => (strength.strength > 0 ? [series.meta.entity] : [])));
    if (loud.size === 0) continue;
    // A callee that waits for another loud one beside it is its victim, and says nothing of the caller.
    const isVictim = (name: string): boolean =>
      [...loud].some((other) => other !== name && waitsFor(name, other) && !waitsFor(other, name));
    const victims = new Set([...loud].filter(isVictim));
    const group = all.filter((one) => !victims.has(one.series.meta.entity));
    if (new Set(group.map((one) => one.series.meta.entity)).size < settings.calleesLeast) continue;
    const shifts = group.map((one) => shiftOf(one, fromMs, settings));
    const shift = lowerMedian(shifts);
    const spread = MAD_TO_SD * lowerMedian(shifts.map((each) => Math.abs(each - shift)));
    if (shift <= 0) continue;
    for (const one of group) {
      if (one.strength.strength === 0) continue;
      const z = (one.strength.shift - shift) / Math.max(one.strength.scale, spread);
      left.set(one, Math.min(one.strength.strength, tempered(z, one.strength.share, settings)));
    }
    const shared = lowerMedian(group.map((one) => one.strength.strength));
    const typical = group.find((one) => one.strength.strength === shared);
    const caller = typical?.series.meta.caller ?? '';
    if (typical !== undefined && shared > (common.get(caller)?.strength.strength ?? 0)) common.set(caller, typical);
  }
  const kept = scored.map((one) => {
    const shared = one.series.meta.caller === undefined ? undefined : common.get(one.series.meta.caller);
    const own = left.get(one) ?? one.strength.strength;
    // Whoever sees all its callees late is a poor witness against any one of them.
    const against = one.strength.strength - (shared === undefined ? 0 : accountedBy(shared, one));
    const is = Math.max(0, Math.min(own, against));
    return is === one.strength.strength ? one : withStrength(one, is);
  });
  return { kept, common };
};

/** Who waits for whom, and who shows a reason of its own for seeing others late. */
type About = { readonly waitsFor: WaitsFor; readonly confesses: (entity: string) => boolean };

/** The figures of one class with each edge's strength shared out: the callee's part in place, the caller's part as a figure of the caller. */
export const shareOut = (
  scored: readonly Scored[],
  fromMs: number,
  settings: Settings,
  { waitsFor, confesses }: About,
): { readonly kept: Scored[]; readonly callers: Map<string, Scored> } => {
  const { kept: left, common: callers } = lessCommon(scored, fromMs, settings, waitsFor);
  const edges = edgesOf(left, fromMs, settings);
  const complaints = new Map<string, (Complaint & { readonly caller: string })[]>();
  for (const [caller, of] of edges)
    for (const [callee, said] of of) complaints.set(callee, [...(complaints.get(callee) ?? []), { caller, ...said }]);
  const kept = left.map((one) => {
    const { caller, entity } = one.series.meta;
    const said = caller === undefined ? undefined : edges.get(caller)?.get(entity);
    if (caller === undefined || said === undefined || said.strength === 0) return one;
    const own = said.strength;
    const others = (complaints.get(entity) ?? []).filter((c) => c.caller !== caller);
    // Whoever is not alone with a complaint, and shows no reason of its own, has it of the callee, however much louder it is.
    const isAlike = (other: Complaint): boolean => other.strength > settings.noise && (other.isNow || !said.isNow);
    const isShared = others.some(isAlike) && !confesses(caller);
    const agreed =
      others.length === 0 || isShared
        ? own
        : Math.min(own, Math.max(...others.map(({ strength }) => strength), own * settings.complaintAlone));
    const part = one.strength.strength * (1 - agreed / own);
    if (part > (callers.get(caller)?.strength.strength ?? 0)) callers.set(caller, withStrength(one, part));
    return part === 0 ? one : withStrength(one, one.strength.strength - part);
  });
  return { kept, callers };
};
