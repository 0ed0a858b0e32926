// Evidence of a recorded case: everything before the onset is its past, what follows is its present.
import { classify } from '@fenghuo/rules/catalog';
import { baselineOf, RELATIVE_ERRORS } from '../localise/baseline.ts';
import type { Evidence, SeriesMeta } from '../types.ts';
import type { RecordedCase } from './case.ts';

/** An alarm speaks after its trouble: so many steps before it the past is no longer clean. */
const ALARM_LAG_STEPS = 3;
/** Without any word of the onset the last tenth is looked at, which is said in the answer (`onset: null`). */
const UNKNOWN_SHARE = 0.9;

/** Onset in epoch seconds: as told, from the alarm, or undefined. */
export const onsetOf = (recorded: RecordedCase): number | undefined =>
  recorded.anomalyStart ??
  (recorded.alarm === undefined ? undefined : recorded.alarm.time - ALARM_LAG_STEPS * recorded.stepSeconds);

export const evidenceOf = (recorded: RecordedCase): Evidence => {
  const { times, values, stepSeconds, columns } = recorded;
  const onset = onsetOf(recorded) ?? times[Math.floor(times.length * UNKNOWN_SHARE)] ?? 0;
  // A row stands for the step that begins with it, so the one around the onset belongs to neither part.
  const healthy = times.filter((time) => time + stepSeconds <= onset).length;
  const present = times.filter((time) => time < onset).length;
  const timesMs = Float64Array.from(times.slice(present), (time) => time * 1_000);
  return {
    stepMs: stepSeconds * 1_000,
    onsetMs: onset * 1_000,
    nowMs: (times.at(-1) ?? 0) * 1_000,
    series: columns.map((column, c) => {
      const unit = column.unit ?? '';
      const meta: SeriesMeta = {
        id: String(c),
        entity: column.service,
        ...(column.caller === undefined ? {} : { caller: column.caller }),
        ...(column.instance === undefined ? {} : { instance: column.instance }),
        metric: column.metric,
        unit,
        kind: 'gauge',
        ...classify(column.metric, unit),
      };
      const all = values[c]!;
      return {
        meta,
        baseline: baselineOf(all.subarray(0, healthy), meta.class === 'errors' ? RELATIVE_ERRORS : undefined),
        timesMs,
        values: all.subarray(present),
      };
    }),
    edges: recorded.edges.map(([caller, callee]) => ({ caller, callee, source: 'declared' })),
    kinds: new Map(),
    hosts: new Map(),
    ...(recorded.alarm === undefined
      ? {}
      : {
          alarm: {
            entity: recorded.alarm.service,
            metric: recorded.alarm.metric,
            timeMs: recorded.alarm.time * 1_000,
          },
        }),
    events: recorded.events.map(({ time, service, kind, what }) => ({
      timeMs: time * 1_000,
      entity: service,
      kind,
      what,
    })),
  };
};
