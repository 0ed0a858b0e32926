// Announced work excuses its subject for as long as was announced, and whom that reaches only while the subject is really in trouble:
// what goes wrong elsewhere at the same time wakes people as ever.
import { type ChangeEvent, limits } from '@fenghuo/rules/contract';
import type { Engine } from '../engine.ts';
import type { Series } from '../series.ts';

/** Work whose end nobody announced is over by then. */
const workMs = 300_000;
/** What the subject's trouble did to others still shows for so long: calls that wait out their deadline, ratios over some ticks. */
const lingerMs = 10_000;

/** Announced work that is under way at `atMs`; work about no service is about the platform as a whole. */
export const underWay = ({ changes }: Engine, atMs: number): readonly ChangeEvent[] =>
  changes.filter(
    ({ kind, timeMs = 0, untilMs = timeMs + workMs }) => kind === 'maintenance' && atMs >= timeMs && atMs <= untilMs,
  );

/** Whether a service shows trouble in this tick: late or failed calls, or nothing from it at all. */
const isTroubled = ({ watch, tickMs }: Engine, service: string): boolean => {
  const own = [...watch.probes.values()].filter((probe) => probe.service === service);
  if (own.length > 0 && own.every((probe) => probe.tickMs < tickMs - limits.tickMs)) return true;
  return watch.places
    .of(service)
    .some(
      ({ index, meta }) =>
        (meta.class === 'latency' || meta.class === 'errors') && (watch.active.has(index) || watch.failing.has(index)),
    );
};

/** Notes, once a tick, which subjects of announced work are in trouble, so that what they do to others can be told from what others do. */
export const noteWork = (engine: Engine): void => {
  for (const { service } of underWay(engine, engine.now.atMs))
    if (service !== undefined && isTroubled(engine, service)) engine.worked.set(service, engine.now.atMs);
};

/** Whether announced work explains an anomaly of this series. */
export const planned = (engine: Engine, { meta }: Series): boolean =>
  underWay(engine, engine.now.atMs).some(({ service }) => {
    if (service === undefined || service === meta.entity || service === meta.caller) return true;
    if (engine.now.atMs - (engine.worked.get(service) ?? Number.NEGATIVE_INFINITY) > lingerMs) return false;
    // A figure of business is the whole platform's: it suffers from whatever is in trouble.
    return meta.class === 'business' || engine.graph.upstream(service).has(meta.entity);
  });
