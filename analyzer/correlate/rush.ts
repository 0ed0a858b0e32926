// What will be full within the minute: a heap that grows so fast that its process has moments left. Nobody need feel it yet to be woken.
import { limits } from '@fenghuo/rules/contract';
import { RISES } from '../checks/rushing.ts';
import type { Engine } from '../engine.ts';
import type { Series } from '../series.ts';
import type { Opener } from './openers.ts';

/** Who collects all the time is late with what it tells. */
const lateMs = 2 * limits.tickMs;

const opener = ({ watch, graph, tickMs }: Engine, one: Series): Opener | undefined => {
  const { index, meta, lastMs } = one;
  // A machine's memory is filled by whatever is read; a process' own limit is hard.
  if (meta.class !== 'resource' || graph.kinds.get(meta.entity) === 'host' || lastMs < tickMs - lateMs)
    return undefined;
  const anomaly = watch.anomaly(index);
  if (anomaly === undefined) return undefined;
  return { one, anomaly, ticks: RISES, isRare: true, isPlain: false, isUnserved: false, demand: 1 };
};

/** Figures of services that are out of their band and rush toward their limit. */
export const rushes = (engine: Engine): Opener[] =>
  [...engine.checks.rushing.now].flatMap((one) => opener(engine, one) ?? []);
