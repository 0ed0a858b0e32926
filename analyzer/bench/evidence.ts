// Evidence of a recorded case: everything before the onset is its past, what follows is its present.
// The detectors that run live say what is anomalous; the past is short and known whole, so its statistics are exact, not streamed.
import { classify } from '@fenghuo/rules/catalog';
import { baselineOf, RELATIVE_ERRORS } from '../localise/baseline.ts';
import { strengthOf } from '../localise/strength.ts';
import type { Evidence, SeriesMeta } from '../types.ts';
import type { RecordedCase } from './case.ts';
import { foundOnset, stream } from './stream.ts';

/** An alarm speaks after its trouble: so many steps before it the past is no longer clean. */
const ALARM_LAG_STEPS = 3;
/** Without any word of the onset the last tenth is looked at, which is said in the answer (`onset: null`). */
const UNKNOWN_SHARE = 0.9;

/** Series of a case as the engine describes them. */
const metasOf = (recorded: RecordedCase): SeriesMeta[] =>
  recorded.columns.map((column, c) => {
    const unit = column.unit ?? '';
    return {
      id: String(c),
      entity: column.service,
      ...(column.caller === undefined ? {} : { caller: column.caller }),
      ...(column.instance === undefined ? {} : { instance: column.instance }),
      metric: column.metric,
      unit,
      kind: 'gauge',
      ...classify(column.metric, unit),
    };
  });

/** Onset in epoch seconds: as told, else what the alarm's own series says, else what the detectors find; undefined where nothing does. */
const onsetOf = (recorded: RecordedCase, metas: readonly SeriesMeta[], clean: number): number | undefined => {
  const { anomalyStart, alarm, times, values, stepSeconds } = recorded;
  if (anomalyStart !== undefined) return anomalyStart;
  if (alarm === undefined) {
    const row = foundOnset(metas, stepSeconds * 1_000, times, values);
    return row === undefined ? undefined : times[row];
  }
  const first = alarm.time - ALARM_LAG_STEPS * stepSeconds;
  const seen = metas.flatMap((meta, c) => {
    if (meta.entity !== alarm.service || meta.metric !== alarm.metric) return [];
    const baseline = baselineOf(values[c]!.subarray(0, clean), meta.class === 'errors' ? RELATIVE_ERRORS : undefined);
    const series = { meta, baseline, timesMs: Float64Array.from(times, (time) => time * 1_000), values: values[c]! };
    const { onsetMs } = strengthOf(series, first * 1_000);
    return Number.isFinite(onsetMs) ? [onsetMs / 1_000] : [];
  });
  return Math.min(alarm.time, ...seen);
};

export const evidenceOf = (recorded: RecordedCase): Evidence => {
  const { times, values, stepSeconds } = recorded;
  const stepMs = stepSeconds * 1_000;
  const metas = metasOf(recorded);
  const { alarm, anomalyStart } = recorded;
  const alarmed = alarm === undefined ? undefined : alarm.time - ALARM_LAG_STEPS * stepSeconds;
  const before = (time: number): number => times.filter((t) => t + stepSeconds <= time).length;
  const found = onsetOf(recorded, metas, alarmed === undefined ? 0 : before(alarmed));
  const onset = found ?? times[Math.floor(times.length * UNKNOWN_SHARE)] ?? 0;
  // A row stands for the step that begins with it, so the one around the onset belongs to neither part.
  const healthy = before(anomalyStart ?? alarmed ?? onset);
  const present = Math.min(times.filter((time) => time < onset).length, healthy);
  const timesMs = Float64Array.from(times.slice(present), (time) => time * 1_000);
  const anomalies = stream(metas, stepMs, times, values, healthy);
  return {
    stepMs,
    onsetMs: onset * 1_000,
    nowMs: (times.at(-1) ?? 0) * 1_000,
    series: metas.map((meta, c) => {
      const all = values[c]!;
      const anomaly = anomalies[c];
      return {
        meta,
        baseline: baselineOf(all.subarray(0, healthy), meta.class === 'errors' ? RELATIVE_ERRORS : undefined),
        timesMs,
        values: all.subarray(present),
        ...(anomaly === undefined ? {} : { anomaly }),
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
