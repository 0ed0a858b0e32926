// Which incident an anomaly is part of. What its cause may have to do with belongs to it, and so does at first whatever began beside it; what lasts though
// the cause explains nothing of it is another trouble (a slow callee explains a slow caller and whoever asks the same callee, nobody else).
import { limits } from '@fenghuo/rules/contract';
import type { CaseFile } from '../case-file.ts';
import type { Engine } from '../engine.ts';
import { endsOf } from '../localise/link.ts';
import type { Opener } from './openers.ts';
import { crowded } from './opening.ts';

/**
 * Something unrelated to an open incident must have lasted longer before it is a second one, and the cause must have stood for as long; half of it where
 * there is no doubt. What a trouble leaves behind, or a crowd that comes again, makes calls late: where they fail or have no answer beyond doubt, or where
 * who fails says nothing any more itself, two ticks are enough.
 */
const secondTicks = 6;
const plainTicks = 3;
const unservedTicks = 2;
/** Ticks for which an anomaly and a cause must have been there, so that the one is no part of the other. */
export const ticksApart = ({ isPlain, isUnserved }: Opener): number =>
  isUnserved ? unservedTicks : isPlain ? plainTicks : secondTicks;
/** What began so near to an incident's onset and is connected to what it hurt is the same trouble, as long as nobody knows better. */
const togetherMs = 5_000;
/** A host that was well for so long is. */
const wellMs = 5_000;

type Part = 'explained' | 'beside' | 'none';

/**
 * Whether an entity waits for the cause, works on what it asks for, or asks whom it asks where that one suffers; of a link, whether it waits for what
 * crosses it.
 * On a host that is the cause, everything, until the host is well again.
 */
const isReached = (
  { graph, now }: Engine,
  { affected, healthySinceMs }: CaseFile,
  cause: string,
  { one: { meta }, anomaly }: Opener,
): boolean => {
  const { entity } = meta;
  if (graph.kinds.get(cause) === 'host')
    return healthySinceMs === undefined || now.atMs - healthySinceMs < wellMs || anomaly.onsetMs < healthySinceMs;
  const [end = cause, callee] = endsOf(cause);
  if (callee !== undefined) return callee === entity || graph.upstream(end).has(entity);
  if (graph.fed(end).has(entity)) return true;
  return [...graph.downstream(end)].some(
    (one) => (one === end || affected.has(one)) && graph.upstream(one).has(entity),
  );
};

/** What part of an incident an anomaly is. */
const partOf = (engine: Engine, file: CaseFile, opener: Opener): Part => {
  const { one, anomaly, ticks, demand, isUnserved } = opener;
  const apart = ticksApart(opener);
  const { entity, class: of } = one.meta;
  // A figure of business that nobody on the graph owns is the whole platform's.
  if (of === 'business' && engine.graph.isAlone(entity)) return 'beside';
  const cause = engine.incidents.get(file.id)?.cause?.entity;
  const isAffected = file.affected.has(entity);
  if (cause === undefined && isAffected) return 'explained';
  // As long as nobody knows what it is about nothing is another trouble soon.
  if (cause === undefined) return ticks < secondTicks || isTogether(engine, file, opener) ? 'beside' : 'none';
  // Whoever takes over the load of what was switched off is slower for a good reason.
  const isStandIn = engine.rules.topology.entities.some(
    (e) => e.alternatives.includes(entity) && endsOf(cause).includes(e.name),
  );
  if (isStandIn || isReached(engine, file, cause, opener)) return 'explained';
  // Whole ticks: when in a tick a cause is told is a matter of how busy the engine is.
  const stood = Math.round((engine.now.atMs - file.causeMs) / limits.tickMs);
  const hasLasted = ticks >= apart && stood >= apart && anomaly.onsetMs >= file.onsetMs - togetherMs;
  if (hasLasted && demand < crowded) return 'none';
  // A crowd that tries again, or gets on at last, comes to all whom those ask who were hurt: late is what it makes of them.
  if (demand >= crowded && !isUnserved && isAskedByHurt(engine, file, entity)) return 'beside';
  return isAffected || isTogether(engine, file, opener) ? 'beside' : 'none';
};

const isAskedByHurt = ({ graph }: Engine, { affected }: CaseFile, entity: string): boolean =>
  [...affected].some((one) => graph.fed(one).has(entity));

const isTogether = ({ graph }: Engine, file: CaseFile, { one: { meta }, anomaly }: Opener): boolean =>
  Math.abs(anomaly.onsetMs - file.onsetMs) <= togetherMs &&
  [...file.affected].some((root) => graph.upstream(root).has(meta.entity) || graph.downstream(root).has(meta.entity));

/** The incident that an anomaly is part of: the one that explains it rather than one that it stands beside; undefined where it is another trouble. */
export const incidentOf = (engine: Engine, opener: Opener): CaseFile | undefined => {
  let beside: CaseFile | undefined;
  for (const file of engine.files.values()) {
    const part = partOf(engine, file, opener);
    if (part === 'explained') return file;
    if (part === 'beside') beside ??= file;
  }
  return beside;
};
