// Announced work excuses its subject for as long as was announced, and whom that reaches only while the subject is really in trouble:
// what goes wrong elsewhere at the same time wakes people as ever.
import { type ChangeEvent, limits } from '@fenghuo/rules/contract';
import type { Engine } from '../engine.ts';
import type { Series } from '../series.ts';

/** Work whose end nobody announced is over by then. */
const workMs = 300_000;
/** What the subject's trouble did to others still shows for so long: calls that wait out their deadline, ratios over some ticks. */
const lingerMs = 10_000;
/** Whoever has been back for more than a tick answers for the failures that it sees: none of those calls is from before. */
const backMs = 1.5 * limits.tickMs;

/** Announced work that is under way at `atMs`; work about no service is about the platform as a whole. */
export const underWay = ({ changes }: Engine, atMs: number): readonly ChangeEvent[] =>
  changes.filter(
    ({ kind, timeMs = 0, untilMs = timeMs + workMs }) => kind === 'maintenance' && atMs >= timeMs && atMs <= untilMs,
  );

/** Whether nothing comes from a service in this tick. */
const isAway = ({ watch, tickMs }: Engine, service: string): boolean => {
  const own = watch.probes.of(service);
  return own.length > 0 && own.every((probe) => probe.tickMs < tickMs - limits.tickMs);
};

/** Whether a figure tells of late or failed calls in this tick. */
const suffers = ({ watch }: Engine, { index, meta }: Series): boolean =>
  (meta.class === 'latency' || meta.class === 'errors') && (watch.active.has(index) || watch.failed.ofEdges.has(index));

/** Who is worked on sees whoever it calls through its own trouble: while it is away and shortly after, or where most of whom it calls seem to suffer at once. */
const seesBadly = (engine: Engine, service: string, { entity: callee, class: of }: Series['meta']): boolean => {
  const { away = Number.NEGATIVE_INFINITY } = engine.worked.get(service) ?? {};
  if (engine.now.atMs - away < (of === 'errors' ? backMs : lingerMs)) return true;
  const others = new Map<string, boolean>();
  for (const one of engine.watch.places.by(service))
    if (one.meta.entity !== callee)
      others.set(one.meta.entity, others.get(one.meta.entity) === true || suffers(engine, one));
  return 2 * [...others.values()].filter((is) => is).length >= others.size;
};

const note = (engine: Engine, service: string): void => {
  const { atMs } = engine.now;
  const was = engine.worked.get(service);
  if (isAway(engine, service)) engine.worked.set(service, { troubled: atMs, away: atMs });
  else if (engine.watch.places.of(service).some((one) => suffers(engine, one)))
    engine.worked.set(service, { ...was, troubled: atMs });
};

/** Notes, once a tick, which subjects of announced work are in trouble, so that what they do to others can be told from what others do. */
export const noteWork = (engine: Engine): void => {
  for (const { service } of underWay(engine, engine.now.atMs)) if (service !== undefined) note(engine, service);
};

/** Whether announced work explains an anomaly of this series. */
export const planned = (engine: Engine, { meta }: Series): boolean =>
  underWay(engine, engine.now.atMs).some(({ service }) => {
    if (service === undefined || service === meta.entity) return true;
    if (service === meta.caller) return seesBadly(engine, service, meta);
    const { troubled = Number.NEGATIVE_INFINITY } = engine.worked.get(service) ?? {};
    if (engine.now.atMs - troubled > lingerMs) return false;
    // A figure of business that nobody on the graph owns is the whole platform's: it suffers from whatever is in trouble.
    const isOfAll = meta.class === 'business' && engine.graph.isAlone(meta.entity);
    return isOfAll || engine.graph.upstream(service).has(meta.entity);
  });
