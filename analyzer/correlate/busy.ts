// Common mode: most edges are slow in the same tick and no single entity explains them (each slow edge leads to it). Then the machine is busy; without a
// customer's figure suffering, or customers who wait at the door, that is no incident.
import type { Engine } from '../engine.ts';
import type { Series } from '../series.ts';
import { byItself, type Opener } from './openers.ts';
import { crowded } from './opening.ts';

/** Share of edges that must be slow at once before a shared processor is the likelier story. */
const commonShare = 0.5;
const commonEdgesMin = 6;
/** What one cause must explain of it to be believed nonetheless. */
const explainedMin = 0.7;
/** An edge whose figure is older than this has nothing to say of the tick. */
const freshMs = 2_000;

/** @param edges how many there are  @param slow callees of the slow ones, an edge each */
export const commonMode = (
  edges: number,
  slow: readonly string[],
  upstream: (entity: string) => ReadonlySet<string>,
): boolean => {
  if (edges < commonEdgesMin || slow.length < commonShare * edges) return false;
  const best = Math.max(
    ...[...new Set(slow)].map((entity) => {
      const reached = upstream(entity);
      return slow.filter((callee) => reached.has(callee)).length;
    }),
  );
  return best < explainedMin * slow.length;
};

/** Ticks for which customers wait at the door before a busy machine is theirs to feel: pauses of a whole machine end sooner. */
const doorTicks = 3;

/**
 * Whether customers feel it: a figure of business, or what the service that nobody on the platform calls takes to answer, beyond doubt and for some ticks.
 * More of them than usual are a crowd, not a busy machine.
 */
export const isFelt = ({ graph }: Engine, { one: { meta }, isPlain, ticks, demand }: Opener): boolean =>
  meta.class === 'business' ||
  (isPlain &&
    ticks >= doorTicks &&
    demand < crowded &&
    meta.class === 'latency' &&
    meta.caller === undefined &&
    graph.callersOf(meta.entity).length === 0 &&
    graph.calleesOf(meta.entity).length > 0);

/** Whether it has told of the tick. */
const isFresh = ({ tickMs }: Engine, { lastMs }: Series): boolean => lastMs >= tickMs - freshMs;

/**
 * Whether customers feel what may be a busy machine's doing: by a figure that stirs, or by what those take at the door that wait for somebody who is late.
 * A detector that has seen their door as slow before takes longer to be surprised by it.
 */
export const areFelt = (engine: Engine, news: readonly Opener[]): boolean => {
  if (news.some((opener) => isFelt(engine, opener))) return true;
  const { places } = engine.watch;
  const callers = new Set(news.flatMap(({ one }) => one.meta.caller ?? []));
  return [...callers]
    .flatMap((caller) => places.of(caller))
    .some((one) => {
      const own = one.meta.caller === undefined && isFresh(engine, one) ? byItself(engine, one) : undefined;
      return own !== undefined && isFelt(engine, own);
    });
};

const edgeOf = ({ meta }: Series): string => `${meta.caller}\u0000${meta.entity}`;

/** Whether it is what most calls of an edge take. */
const isBody = ({ watch }: Engine, one: Series): boolean =>
  one.meta.class === 'latency' && watch.groups.bodies.get(one.calls) === one;

/** Edges that have told of the tick, counted no further than to `most`: a fleet has many, and few of them are slow. */
const edgesUpTo = (engine: Engine, most: number): number => {
  const edges = new Set<string>();
  for (const one of engine.watch.groups.bodies.values())
    if (isFresh(engine, one) && edges.add(edgeOf(one)).size >= most) break;
  return edges.size;
};

export const busyMachine = (engine: Engine): boolean => {
  const { watch, graph } = engine;
  const slow = new Map<string, string>();
  // Few of a fleet's edges are slow or anomalous: only those are looked at.
  for (const index of [...watch.slow.indices, ...watch.active]) {
    const one = watch.series.get(index);
    if (one !== undefined && isFresh(engine, one) && isBody(engine, one)) slow.set(edgeOf(one), one.meta.entity);
  }
  // Whether there are more than that is all that matters.
  const edges = edgesUpTo(engine, Math.floor(slow.size / commonShare) + 1);
  return commonMode(edges, [...slow.values()], (entity) => graph.upstream(entity));
};
