// Recorded series through the bank, one sample at a time in their order: the same code and settings as the live engine.
import type { SeriesMeta } from '../types.ts';
import { type BankOptions, BEGAN, bankDefaults, DetectorBank, ENDED } from './bank.ts';
import { Joint } from './joint.ts';
import { looksOf } from './readings.ts';

/** One row of the answer; `probability` is that of the anomaly told, `isLasting` whether it goes on. `anomaly` is the alarm: raised when an anomaly begins, quiet again once it is told or over. */
export type Verdict = { score: number; anomaly: 0 | 1; metrics: string[]; probability: number; isLasting: boolean };

/** Rows that an alarm stays raised while its anomaly lasts. */
const ALARM_ROWS = 3;
/** Rows without a joint surprise after which the next one is another alarm. */
const CALM_ROWS = 5;
/** Of several series of one entity: how many scores are averaged. */
const STRONGEST = 3;

/** Least gap between rows is the step; ties and gaps of the recording do not move it. Seconds in, milliseconds out. */
export const stepOf = (times: readonly number[]): number => {
  const gaps = times
    .slice(1, 500)
    .map((time, i) => time - times[i]!)
    .filter((gap) => gap > 0)
    .sort((a, b) => a - b);
  return (gaps[gaps.length >> 1] ?? 60) * 1000;
};

const metaOf = (metric: string): SeriesMeta => ({
  id: metric,
  entity: 'entity',
  metric,
  unit: '',
  class: 'business',
  kind: 'gauge',
  bad: 'both',
});

/** One series: the bank's own word. `times` in epoch seconds, NaN is missing. */
export const runSingle = (
  times: readonly number[],
  values: readonly number[],
  options: Partial<BankOptions> = {},
): Verdict[] => {
  const bank = new DetectorBank(options);
  const index = bank.add(metaOf('value'), stepOf(times));
  let raised = 0;
  return times.map((time, row) => {
    const word = bank.push(index, time * 1000, values[row]!);
    if (word === BEGAN) raised = ALARM_ROWS;
    else if (word === ENDED) raised = 0;
    else if (raised > 0) raised--;
    return {
      score: bank.score(index),
      anomaly: raised > 0 ? 1 : 0,
      metrics: raised > 0 ? ['value'] : [],
      probability: bank.probability(index),
      isLasting: bank.isAnomalous(index),
    };
  });
};

/**
 * Several series of one entity, `columns[m][row]`: the joint decision (joint.ts), judged by the same decades as one series' is.
 */
export const runJoint = (
  names: readonly string[],
  times: readonly number[],
  columns: readonly number[][],
  options: Partial<BankOptions> = {},
): Verdict[] => {
  const bank = new DetectorBank(options);
  const step = stepOf(times);
  const indices = names.map((name) => bank.add(metaOf(name), step));
  const needed = { ...bankDefaults, ...options }.decades + looksOf(step);
  const joint = new Joint(names.length, needed);
  const scores = new Float64Array(names.length);
  let raised = 0;
  let calm = Number.POSITIVE_INFINITY;
  let suspects: string[] = [];
  return times.map((time, row) => {
    indices.forEach((index, m) => {
      bank.push(index, time * 1000, columns[m]![row]!);
      joint.put(m, row, bank.decades(index));
      scores[m] = bank.score(index);
    });
    const { decades, members } = joint.read();
    if (raised > 0) raised--;
    const isOver = decades >= needed;
    if (isOver && calm >= CALM_ROWS) {
      raised = ALARM_ROWS;
      suspects = members.map((m) => names[m]!);
    }
    calm = isOver ? 0 : calm + 1;
    const strongest = [...scores].sort((a, b) => b - a).slice(0, STRONGEST);
    return {
      score: strongest.reduce((sum, each) => sum + each, 0) / STRONGEST,
      anomaly: raised > 0 ? 1 : 0,
      metrics: raised > 0 ? suspects : [],
      probability: Math.max(...indices.map((index) => bank.probability(index))),
      isLasting: raised > 0,
    };
  });
};
