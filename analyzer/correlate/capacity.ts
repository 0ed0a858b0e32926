// More customers than the machine can serve: its services wait for a processor, nearly all of them, while several times the usual calls come to who is late.
// That is no trouble but capacity, of which the forecast tells and for which the scale trigger is there, as long as the lateness grows no faster than the crowd.
import type { Engine } from '../engine.ts';
import { doMost, isWait, waitsLong } from '../processor.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../watch.ts';
import type { Opener } from './openers.ts';
import { crowded, isSlight } from './opening.ts';
import { tickS } from './unanswered.ts';

/** A backlog that is worked off is over with the next tick, where customers keep coming: so many ticks, the last but so many back at most, for the machine has to recover. */
const CROWD_TICKS = 2;
const LATELY_TICKS = 5;

const isOwnWait = ({ meta }: Series): boolean => meta.caller === undefined && isWait(meta);
/** Collections of garbage are timed and counted too, and no calls. */
const isServed = ({ meta }: Series): boolean =>
  meta.caller === undefined && meta.stat === 'count' && meta.unit === 's' && !/gc/.test(meta.metric);

/** How many times the usual calls have come to an entity in as many of the last ticks as make a crowd. */
const timesUsual = ({ bank, places }: Watch, entity: string): number => {
  const of = ({ index }: Series): number => {
    const lately = bank.values(index).slice(-LATELY_TICKS);
    const most = lately.filter((count) => !Number.isNaN(count)).sort((a, b) => b - a);
    return (most[CROWD_TICKS - 1] ?? 0) / Math.max(1, bank.baseline(index).location);
  };
  return Math.max(0, ...places.of(entity).filter(isServed).map(of));
};

/** Whether more than half of the services of a host wait far longer for a processor than they usually do. */
const isFull = ({ watch, graph }: Engine, host: string): boolean => {
  const waits = [...graph.hosts].flatMap(([service, on]) =>
    on === host ? watch.places.of(service).filter(isOwnWait).slice(0, 1) : [],
  );
  const long = waits.filter(({ last, index }) => waitsLong(last, watch.bank.baseline(index).location, tickS));
  return doMost(long.length, waits.length);
};

/** Whether a figure is late because more come than the machine can serve. */
export const isCapacity = (engine: Engine, { one, anomaly }: Opener): boolean => {
  const { watch, graph } = engine;
  const { meta } = one;
  const [rule, host] = [watch.opens.get('latency'), graph.hosts.get(meta.entity)];
  if (!(meta.class === 'latency' || isOwnWait(one)) || rule === undefined || host === undefined) return false;
  const times = timesUsual(watch, meta.entity);
  return (
    times >= crowded &&
    isSlight(((anomaly.seen - anomaly.expected) * crowded) / times, rule, meta.unit) &&
    isFull(engine, host)
  );
};
