// Evidence of a recorded case: everything before the onset is its past, what follows is its present.
// The detectors that run live say what was normal and what is anomalous: there is one way to know a past.
import { classify } from '@fenghuo/rules/catalog';
import { BEFORE_SAMPLES } from '../localise/past.ts';
import { defaults, type Settings } from '../localise/settings.ts';
import { strengthOf } from '../localise/strength.ts';
import type { Baseline, Evidence, SeriesMeta } from '../types.ts';
import type { RecordedCase } from './case.ts';
import { foundOnset } from './onset.ts';
import { plain } from './plain.ts';
import { type Rows, stream } from './stream.ts';

/** An alarm speaks after its trouble: so many steps before it the past is no longer clean. */
const ALARM_LAG_STEPS = 3;
/** Without any word of the onset the last tenth is looked at, which is said in the answer (`onset: null`). */
const UNKNOWN_SHARE = 0.9;

/** Series of a case as the engine describes them. */
const metasOf = (recorded: RecordedCase): SeriesMeta[] =>
  recorded.columns.map((column, c) => {
    const unit = column.unit ?? '';
    const known = classify(column.metric, unit);
    // What was counted in a step; anything else is a level.
    const isCounted = unit.startsWith('{') && (known.class === 'errors' || known.class === 'traffic');
    return {
      id: String(c),
      entity: column.service,
      ...(column.caller === undefined ? {} : { caller: column.caller }),
      ...(column.instance === undefined ? {} : { instance: column.instance }),
      metric: column.metric,
      unit,
      kind: isCounted ? 'delta' : 'gauge',
      ...known,
    };
  });

/** Onset in epoch seconds by the alarm's own series: when it left its band, at the latest when it alarmed; undefined where it shows nothing. */
const alarmOnset = (
  alarm: NonNullable<RecordedCase['alarm']>,
  rows: Rows,
  baselines: readonly Baseline[],
  settings: Settings,
): number | undefined => {
  const from = alarm.time - (ALARM_LAG_STEPS * rows.stepMs) / 1_000;
  const timesMs = Float64Array.from(rows.times, (time) => time * 1_000);
  const left = rows.metas.flatMap((meta, c) => {
    if (meta.entity !== alarm.service || meta.metric !== alarm.metric) return [];
    const { onsetMs } = strengthOf(
      { meta, baseline: baselines[c]!, timesMs, values: rows.values[c]! },
      from * 1_000,
      settings,
    );
    return Number.isFinite(onsetMs) ? [onsetMs / 1_000] : [];
  });
  return left.length === 0 ? undefined : Math.min(alarm.time, ...left);
};

/** Epoch seconds from which on rows may be of the trouble: as told, a little before the alarm, or as found. */
export const startOf = (recorded: RecordedCase): number => startIn(plain(recorded));

const startIn = (recorded: RecordedCase): number => {
  const { times, values, stepSeconds, alarm, anomalyStart } = recorded;
  const alarmed = alarm === undefined ? undefined : alarm.time - ALARM_LAG_STEPS * stepSeconds;
  const rows = (): Rows => ({ metas: metasOf(recorded), stepMs: stepSeconds * 1_000, times, values });
  return anomalyStart ?? alarmed ?? times[foundOnset(rows()) ?? Math.floor(times.length * UNKNOWN_SHARE)] ?? 0;
};

export const evidenceOf = (recorded: RecordedCase, settings: Settings = defaults): Evidence =>
  prepared(recorded)(settings);

/** Evidence under any settings: the detectors, which have none of them, run once. */
export const prepared = (any: RecordedCase): ((settings: Settings) => Evidence) => {
  const recorded = plain(any);
  const { times, values, stepSeconds, alarm, anomalyStart } = recorded;
  const stepMs = stepSeconds * 1_000;
  const metas = metasOf(recorded);
  const rows: Rows = { metas, stepMs, times, values };
  const first = startIn(recorded);
  // A row stands for the step that begins with it, so the one around the onset belongs to neither part.
  const healthy = times.filter((time) => time + stepSeconds <= first).length;
  const { baselines, anomalies } = stream(rows, healthy);
  const by = anomalyStart === undefined ? alarm : undefined;
  const seen = { recorded, rows, baselines, anomalies, healthy };
  return (settings) => {
    const noticed = by === undefined ? first : alarmOnset(by, rows, baselines, settings);
    return since(noticed ?? by?.time ?? first, seen, noticed !== undefined);
  };
};

type Seen = ReturnType<typeof stream> & {
  readonly recorded: RecordedCase;
  readonly rows: Rows;
  /** Rows of which nothing belongs to the trouble. */
  readonly healthy: number;
};

const since = (onset: number, { recorded, rows, baselines, anomalies, healthy }: Seen, isShown: boolean): Evidence => {
  const { times, metas, stepMs } = rows;
  const present = Math.max(0, Math.min(times.filter((time) => time < onset).length, healthy) - BEFORE_SAMPLES);
  // Where nothing shows when the alarm's trouble began, the rows just before it belong to neither part: they may be of it, and are no past.
  const isKept = (row: number): boolean =>
    row >= present && (isShown || row < healthy || times[row]! * 1_000 >= onset * 1_000 - stepMs);
  const kept = [...times.keys()].filter(isKept);
  const timesMs = Float64Array.from(kept, (row) => times[row]! * 1_000);
  return {
    stepMs,
    onsetMs: onset * 1_000,
    nowMs: (times.at(-1) ?? 0) * 1_000,
    series: metas.map((meta, c) => {
      const anomaly = anomalies[c];
      return {
        meta,
        baseline: baselines[c]!,
        timesMs,
        values: Float64Array.from(kept, (row) => rows.values[c]![row]!),
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
