// A look half way through a tick, at calls whom trouble touches: what a probe tells of them then is evidence beside the ticks' own samples while one looks,
// and no sample. No detector learns it, nothing stores it, and the tick's own frame tells the whole of it again.
import { type Frame, limits } from '@fenghuo/rules/contract';
import { type Opener, openers } from './correlate/openers.ts';
import type { Engine } from './engine.ts';
import type { Layout } from './layout.ts';
import type { Series } from './series.ts';

/** It is for what customers wait for, and goes on while only what opens no incident is passed over: a level is taken back half a minute after it was needed. */
const SHED_MAX = 1;

/** Whether it is of the tick after the one that the engine has judged, of a probe that has told of that one. */
const isTimely = ({ watch, judged, reported }: Engine, { probe, timeMs }: Frame): boolean => {
  const lastMs = watch.probes.get(probe)?.tickMs;
  return judged && lastMs !== undefined && reported.has(probe) && timeMs > lastMs && timeMs < lastMs + limits.tickMs;
};

/** Columns of the calls that a frame tells of, those without a value included: a tick's figures of the same calls stay side by side. */
const told = ({ series, calls }: Layout, { values }: Frame): readonly number[] => {
  const groups = new Set(calls.flatMap((i) => (Number.isNaN(values[i] ?? Number.NaN) ? [] : [series[i]!.calls])));
  return series.flatMap(({ callee, calls: group }, i) => (callee !== undefined && groups.has(group) ? [i] : []));
};

/** Whether any of these was slow or failing in its last tick: without that, half a tick more says nothing. */
const stirs = ({ watch }: Engine, { index }: Series): boolean =>
  watch.slow.indices.has(index) || watch.failed.ofEdges.has(index) || watch.opening.has(index);

/** Lays a value over the last samples of a series, as of its last tick; what is answered takes it away. */
const lay = ({ watch, tickMs }: Engine, one: Series, value: number): (() => void) => {
  const { last, lastMs } = one;
  const lift = watch.bank.lay(one.index, value);
  // What has no value now was last told before this look.
  if (Number.isNaN(value)) one.keep(last, Math.min(lastMs, tickMs - limits.tickMs));
  else one.keep(value, lastMs);
  return () => {
    one.keep(last, lastMs);
    lift();
  };
};

/** What stirs of the calls that an early look tells of, their figures so far in this tick taken with those of the ticks before; nothing where it comes late. */
export const lookEarly = (engine: Engine, frame: Frame): readonly Opener[] => {
  const { watch } = engine;
  const layout = watch.layoutOf(frame.schema);
  // An engine that cannot keep up though it sheds has no time to look twice.
  if (layout === undefined || watch.shed.level > SHED_MAX || !isTimely(engine, frame)) return [];
  const columns = told(layout, frame).filter((i) => i < frame.values.length);
  if (!columns.some((i) => stirs(engine, layout.series[i]!))) return [];
  const lifts = columns.map((i) => lay(engine, layout.series[i]!, frame.values[i]!));
  try {
    return openers(engine).filter(({ one }) => watch.bank.laid.has(one.index));
  } finally {
    for (const lift of lifts) lift();
  }
};
