// What will be full within the minute: a heap that grows so fast that its process has moments left. Nobody need feel it yet to be woken.
import { limits } from '@fenghuo/rules/contract';
import type { Engine } from '../engine.ts';
import type { Series } from '../series.ts';
import type { Opener } from './openers.ts';

/** Samples in a row that each rose: what is collected now and then falls in between. */
const RISES = 5;
/** A limit that is further away than this at the pace of these samples is the preventive checks' matter. */
const LEFT_MS_MAX = 60_000;

/** Who collects all the time is late with what it tells. */
const lateMs = 2 * limits.tickMs;

/** How long until a figure reaches `limit` if it goes on as in its last samples, ms; undefined where it does not rise from each to the next. */
export const leftMs = (values: ArrayLike<number>, limit: number): number | undefined => {
  const first = values.length - 1 - RISES;
  if (first < 0 || !(limit > 0)) return undefined;
  for (let i = first; i < values.length - 1; i++) if (!(values[i + 1]! > values[i]!)) return undefined;
  const [from, last] = [values[first]!, values[values.length - 1]!];
  return (Math.max(0, limit - last) / ((last - from) / RISES)) * limits.tickMs;
};

const opener = ({ watch, checks, graph, tickMs }: Engine, one: Series): Opener | undefined => {
  const { index, meta, lastMs } = one;
  // A machine's memory is filled by whatever is read; a process' own limit is hard.
  if (meta.class !== 'resource' || graph.kinds.get(meta.entity) === 'host' || lastMs < tickMs - lateMs)
    return undefined;
  const limit = checks.limitOf(index);
  const left = limit === undefined ? undefined : leftMs(watch.bank.values(index), limit);
  const anomaly = left === undefined || left > LEFT_MS_MAX ? undefined : watch.anomaly(index);
  if (anomaly === undefined) return undefined;
  return { one, anomaly, ticks: RISES, isRare: true, isPlain: false, isUnserved: false, demand: 1 };
};

/** Figures of services that are out of their band and rush toward their limit. */
export const rushes = (engine: Engine): Opener[] =>
  [...engine.watch.active].flatMap((index) => {
    const one = engine.watch.series.get(index);
    return one === undefined ? [] : (opener(engine, one) ?? []);
  });
