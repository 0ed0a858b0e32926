// How often a stated probability is right: alarms of recorded and of generated series, by the most that was stated while they lasted.
import { runSingle, type Verdict } from '@fenghuo/analyzer/detect';
import { seededRandom } from '@fenghuo/kit';
import type { Row, Segment } from './scoring.ts';
import { kinds, labelled } from './simulate/labelled.ts';

/** An alarm: the most that was stated while its anomaly lasted, and whether it began in a labelled segment, beside one, or in a healthy stretch. */
export type Begun = { readonly stated: number; readonly place: 'labelled' | 'beside' | 'healthy' };

/** Rows beside a labelled segment that count neither way: where a trouble begins and ends is known to a few rows only. */
const BESIDE_ROWS = 5;
const BINS = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.000001];

/** The alarms of one run from row `from` on. */
export const begunOf = (
  rows: readonly Row[],
  verdicts: readonly Verdict[],
  segments: readonly Segment[],
  from: number,
): Begun[] => {
  const within = (low: number, high: number): boolean => segments.some(([a, z]) => a <= high && z >= low);
  return rows.flatMap((row, i): Begun[] => {
    if (i < from || !row.anomaly || rows[i - 1]?.anomaly) return [];
    const [low, high] = [rows[Math.max(0, i - BESIDE_ROWS)]!, rows[Math.min(rows.length - 1, i + BESIDE_ROWS)]!];
    const place = within(row.time, row.time) ? 'labelled' : within(low.time, high.time) ? 'beside' : 'healthy';
    const over = verdicts.findIndex(({ isLasting }, k) => k > i && !isLasting);
    const whole = verdicts.slice(i, over < 0 ? undefined : over);
    return [{ stated: whole.reduce((most, { probability }) => Math.max(most, probability), 0), place }];
  });
};

/** Alarms of generated series: every kind at steps of five minutes, one minute and one second. */
export const generated = (seed: number, each: number, samples: number): Begun[] => {
  const random = seededRandom(seed);
  const begun: Begun[] = [];
  for (const kind of kinds)
    for (const step of [300, 60, 1])
      for (let k = 0; k < each; k++) {
        const { times, values, segments } = labelled(kind, step, samples, random);
        const verdicts = runSingle(times, values);
        const rows = verdicts.map(({ score, anomaly }, i) => ({ time: times[i]!, score, anomaly: anomaly === 1 }));
        begun.push(...begunOf(rows, verdicts, segments, 750));
      }
  return begun;
};

/** The reliability table as lines, and the share that is false of what was stated .99 and more. */
export const reliabilityOf = (begun: readonly Begun[]): { readonly lines: string[]; readonly falseAt99: number } => {
  const count = (of: readonly Begun[], place: Begun['place']): number => of.filter((b) => b.place === place).length;
  const lines = BINS.slice(0, -1).map((low, k) => {
    const some = begun.filter(({ stated }) => stated >= low && stated < BINS[k + 1]!);
    const [right, wrong] = [count(some, 'labelled'), count(some, 'healthy')];
    const share = right + wrong === 0 ? '' : `, ${((100 * right) / (right + wrong)).toFixed(1)} % right`;
    return `  stated ${low.toFixed(2)}-${Math.min(1, BINS[k + 1]!).toFixed(2)}: ${some.length} alarms, ${right} labelled, ${wrong} healthy, ${count(some, 'beside')} beside a label${share}`;
  });
  const sure = begun.filter(({ stated }) => stated >= 0.99);
  return { lines, falseAt99: count(sure, 'healthy') / Math.max(1, count(sure, 'healthy') + count(sure, 'labelled')) };
};
