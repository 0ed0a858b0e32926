// The localiser's settings: one set for every case, live and recorded. Each can be given a value that takes its idea away (`without`),
// which is how the ablation in docs/localisation.md is made.

export type Settings = {
  /** Robust deviations below which a sample is within its band. */
  readonly zLeast: number;
  /** Power of the share of samples outside: 0 lets a blip count like a shift. */
  readonly share: number;
  /** Weight of a fall where the bad direction is not known: more use of a resource hurts more often than less, and a victim idles. */
  readonly fall: number;
  /** Whether a series that was wild just before must be wilder still. */
  readonly extremes: boolean;
  /** A resource's step is never known better than to this share of the level it left; Infinity: steps are not tested. */
  readonly stepLeast: number;
  /** Callees from which on a shift common to them is their caller's; Infinity: edges are not shared out. */
  readonly calleesLeast: number;
  /** What remains with a callee of a complaint that no other caller shares. */
  readonly complaintAlone: number;
  /** Strength of a callee below which it explains nothing: the loudest of several healthy callees is about so loud. */
  readonly noise: number;
  /** What remains of a symptom that a callee explains in full; 1: callees explain nothing. */
  readonly unexplainedLeast: number;
  /** Weight of lateness where the alarm was of errors. */
  readonly lateAtErrors: number;
  /** Strength that a resource needs where symptoms would show and do not; half of it where nobody would see them. */
  readonly aloneLeast: number;
  /** Part of a resource's strength that always counts, so that something is named where nothing else is there. */
  readonly aloneAlways: number;
  /** Weight of a host's own resources while others show symptoms: what nobody suffers from is a neighbour's noise. */
  readonly hostIdle: number;
  /** However far a resource left its past: beyond this, beside symptoms, it is louder, not guiltier. */
  readonly ownMost: number;
  /** Weight of calls that a service makes no more though it is called. */
  readonly starving: number;
  /** Whether a service that is sick in the same way takes the place of an address beside it of which nobody knows what it is. */
  readonly twins: boolean;
  /** Whether figures of the host, or alike value for value at several entities, single nobody out. */
  readonly sharedAside: boolean;
};

export const defaults: Settings = {
  zLeast: 3,
  share: 0.75,
  fall: 0.3,
  extremes: true,
  stepLeast: 0.01,
  calleesLeast: 3,
  complaintAlone: 0.3,
  noise: 0.5,
  unexplainedLeast: 0.1,
  lateAtErrors: 0.3,
  aloneLeast: 3,
  aloneAlways: 0.1,
  hostIdle: 0.05,
  ownMost: 5,
  starving: 1,
  twins: true,
  sharedAside: true,
};

/** One idea less each: what the ablation runs. */
export const without: Readonly<Record<string, Partial<Settings>>> = {
  'share of samples outside': { share: 0 },
  'falls weigh less': { fall: 1 },
  'extremes of the last samples': { extremes: false },
  'step test of resources': { stepLeast: Number.POSITIVE_INFINITY },
  'edges shared out': { calleesLeast: Number.POSITIVE_INFINITY, complaintAlone: 1 },
  'noise of callees': { noise: 0 },
  'callees explain callers': { unexplainedLeast: 1 },
  'errors explain errors': { lateAtErrors: 1 },
  'lone resources must be extreme': { aloneLeast: 0 },
  'who stopped calling': { starving: 0 },
  'address beside a sick service': { twins: false },
  'shared figures set aside': { sharedAside: false },
};
