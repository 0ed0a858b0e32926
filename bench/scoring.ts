// Two scoring rules for detectors of recorded series: NAB's (Lavin and Ahmad, ICMLA 2015; v1.1) and plain events without point adjustment.

export type Row = { readonly time: number; readonly score: number; readonly anomaly: boolean };
export type Segment = readonly [number, number];

/** NAB's warm-up: the first 15 % of a file, at most 750 rows. */
export const warmUp = (rows: number): number => Math.min(Math.floor(0.15 * rows), 750);

const sigmoid = (x: number): number => (x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1);
const FALSE_COST = 0.11;

export type Worth = {
  readonly score: number;
  readonly anomaly: boolean;
  readonly worth: number;
  readonly window: string;
};

/** What a detection at each row after the warm-up is worth; `window` is empty outside. */
export const worthsOf = (file: string, rows: readonly Row[], windows: readonly Segment[]): Worth[] => {
  const bounds = windows.map(([start, end]): Segment => {
    const first = rows.findIndex((row) => row.time >= start);
    const exact = rows.findIndex((row) => row.time === end);
    return [first, exact >= 0 ? exact : rows.findLastIndex((row) => row.time >= start && row.time <= end)];
  });
  const skip = warmUp(rows.length);
  const worths: Worth[] = [];
  let next = 0;
  let previous: Segment | undefined;
  rows.forEach(({ score, anomaly }, i) => {
    if (next < bounds.length && i > bounds[next]![1]) previous = bounds[next++];
    const current = next < bounds.length && i >= bounds[next]![0] ? bounds[next] : undefined;
    let worth = -1;
    if (current) worth = sigmoid(-(current[1] - i + 1) / (current[1] - current[0] + 1)) / sigmoid(-1);
    else if (previous) worth = sigmoid((i - previous[1]) / (previous[1] - previous[0]));
    if (i >= skip) worths.push({ score, anomaly, worth, window: current ? `${file}#${next}` : '' });
  });
  return worths;
};

/** NAB's standard score, 0 for silence, 100 for perfection, at the one threshold that is best (as NAB reports) or at a given one. */
export const nabScore = (
  worths: readonly Worth[],
  windows: number,
  at?: number,
): { score: number; threshold: number } => {
  const sorted = [...worths].sort((a, b) => b.score - a.score);
  const found = new Map<string, number>();
  let total = -windows;
  let best = { total, threshold: Number.POSITIVE_INFINITY };
  for (let i = 0; i < sorted.length; i++) {
    const row = sorted[i]!;
    if (at !== undefined && row.score < at) break;
    if (row.window === '') total += row.worth * FALSE_COST;
    else {
      const old = found.get(row.window) ?? -1;
      found.set(row.window, Math.max(old, row.worth));
      total += Math.max(old, row.worth) - old;
    }
    if (sorted[i + 1]?.score !== row.score && (at !== undefined || total > best.total))
      best = { total, threshold: row.score };
  }
  return { score: windows === 0 ? 0 : (100 * (best.total + windows)) / (2 * windows), threshold: best.threshold };
};

export type Counts = { segments: number; hit: number; wrong: number; days: number; outside: number; noisy: number };
export const noCounts = (): Counts => ({ segments: 0, hit: 0, wrong: 0, days: 0, outside: 0, noisy: 0 });

/** A segment is hit when an alarm (a run of raised rows) starts in it; an alarm that starts in none is wrong. Adds to `into`. */
export const countEvents = (rows: readonly Row[], segments: readonly Segment[], into: Counts): void => {
  const present = segments.filter(([a, z]) => rows.some(({ time }) => time >= a && time <= z));
  const hit = new Set<Segment>();
  rows.forEach(({ time, anomaly }, i) => {
    const inside = present.filter(([a, z]) => time >= a && time <= z);
    if (inside.length === 0) {
      into.outside++;
      if (anomaly) into.noisy++;
    }
    if (!anomaly || rows[i - 1]?.anomaly) return;
    if (inside.length === 0) into.wrong++;
    for (const segment of inside) hit.add(segment);
  });
  into.segments += present.length;
  into.hit += hit.size;
  into.days += rows.length === 0 ? 0 : (rows[rows.length - 1]!.time - rows[0]!.time) / 86_400;
};

export const ratesOf = ({ segments, hit, wrong, days, outside, noisy }: Counts) => {
  const precision = hit + wrong === 0 ? 0 : hit / (hit + wrong);
  const recall = segments === 0 ? 0 : hit / segments;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return {
    precision,
    recall,
    f1,
    falseADay: days === 0 ? 0 : wrong / days,
    noise: outside === 0 ? 0 : noisy / outside,
  };
};
