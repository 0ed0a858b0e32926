// What other people's recordings mean, before the engine looks: rows in order of time, totals as what was added a step, counts known as counts,
// edges where figures show calls, and a graph that was drawn from callee to caller turned round. Pure.
import { classify } from '@fenghuo/rules/catalog';
import type { RecordedCase } from './case.ts';

type ColumnOf = RecordedCase['columns'][number];

/** Samples that must have been there before anything is read out of how they go. */
const SAMPLES_MIN = 8;
/** Edges by which figures must contradict a graph more than bear it out: deviations of a fair coin. */
const CONTRARY_MIN = 2;

/** Spellings of a unit that clouds and exporters use, as UCUM. */
const spelt: Readonly<Record<string, string>> = {
  percent: '%',
  seconds: 's',
  second: 's',
  sec: 's',
  milliseconds: 'ms',
  millis: 'ms',
  msec: 'ms',
  microseconds: 'us',
  bytes: 'By',
  byte: 'By',
  count: '{count}',
  none: '',
};
const unitOf = (unit: string): string => spelt[unit.toLowerCase()] ?? unit;

const isWhole = (values: Float64Array): boolean =>
  values.every((value) => Number.isNaN(value) || Number.isInteger(value));

/** Never falls but to start over, and mostly rises: a running total, as Prometheus' counters are. Gauges called so by nobody must rise always. */
const isTotal = ({ metric, unit }: ColumnOf, values: Float64Array): boolean => {
  const present = values.filter((value) => !Number.isNaN(value));
  let [rises, falls] = [0, 0];
  for (let i = 1; i < present.length; i++) {
    if (present[i]! > present[i - 1]!) rises++;
    // A counter that starts over loses nearly all that it had.
    else if (present[i]! < present[i - 1]!) falls += present[i]! < 0.5 * present[i - 1]! ? 0.5 : present.length;
  }
  const steps = present.length - 1;
  if (steps < SAMPLES_MIN || rises < 2 || falls > 0.1 * steps || present[0]! < 0) return false;
  if (/(^|[_.\- ])(total|count|sum|cumulative)$/i.test(metric)) return true;
  const { class: of } = classify(metric, unit ?? '');
  return (of === 'traffic' || of === 'errors') && falls === 0 && rises > 0.9 * steps;
};

/** What a total grew by a step; over a hole the mean of the steps, after a restart nothing is known. */
const growth = (values: Float64Array): Float64Array => {
  let last = Number.NaN;
  let holes = 0;
  return values.map((value) => {
    if (Number.isNaN(value)) {
      holes++;
      return value;
    }
    const grown = value < last ? Number.NaN : (value - last) / (holes + 1);
    [last, holes] = [value, 0];
    return grown;
  });
};

/** Rows in ascending order of time, of equal times the last. */
const ordered = (recorded: RecordedCase): RecordedCase => {
  const { times, values } = recorded;
  if (times.every((time, i) => i === 0 || time > times[i - 1]!)) return recorded;
  const last = new Map(times.map((time, row) => [time, row]));
  const rows = [...last].sort(([a], [b]) => a - b).map(([, row]) => row);
  return {
    ...recorded,
    times: rows.map((row) => times[row]!),
    values: values.map((of) => Float64Array.from(rows, (row) => of[row]!)),
  };
};

const medianOf = (values: Float64Array): number => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted[sorted.length >> 1] ?? Number.NaN;
};

/** Edges of the graph the other way round where what was measured of calls says so, and those that only figures tell of. */
const calls = ({ edges, columns, values }: RecordedCase): [string, string][] => {
  const key = (caller: string, callee: string): string => `${caller}\u0000${callee}`;
  const seen = new Map<string, [string, string]>();
  for (const { caller, service } of columns)
    if (caller !== undefined && caller !== service) seen.set(key(caller, service), [caller, service]);
  // Whoever waits takes longer than whom it waits for: the first latency of each service, by the same metric.
  const latency = new Map<string, number>();
  columns.forEach(({ caller, service, metric, unit }, c) => {
    const of = `${service}\u0000${metric}`;
    if (caller === undefined && !latency.has(of) && classify(metric, unit ?? '').class === 'latency')
      latency.set(of, medianOf(values[c]!));
  });
  const metrics = new Set([...latency.keys()].map((of) => of.split('\u0000')[1]!));
  let [straight, contrary] = [0, 0];
  for (const [caller, callee] of edges) {
    const [is, isNot] = [seen.has(key(caller, callee)), seen.has(key(callee, caller))];
    if (is !== isNot) is ? straight++ : contrary++;
    if (seen.size > 0) continue;
    const metric = [...metrics].find(
      (name) => latency.has(`${caller}\u0000${name}`) && latency.has(`${callee}\u0000${name}`),
    );
    const [above, below] = [latency.get(`${caller}\u0000${metric}`), latency.get(`${callee}\u0000${metric}`)];
    if (above !== undefined && below !== undefined && above !== below) above > below ? straight++ : contrary++;
  }
  const isContrary = contrary - straight > CONTRARY_MIN * Math.sqrt(straight + contrary);
  const drawn = edges.map(([from, to]): [string, string] => (isContrary ? [to, from] : [from, to]));
  const known = new Set(drawn.map(([from, to]) => key(from, to)));
  return [...drawn, ...[...seen].flatMap(([of, edge]) => (known.has(of) ? [] : [edge]))];
};

/** A case in the engine's own terms; what is in them already is left as it is. */
export const plain = (any: RecordedCase): RecordedCase => {
  const recorded = ordered(any);
  const totals = recorded.values.map((of, c) => isTotal(recorded.columns[c]!, of));
  const values = recorded.values.map((of, c) => (totals[c] ? growth(of) : of));
  const columns = recorded.columns.map((column, c): ColumnOf => {
    const unit = column.unit === undefined ? '' : unitOf(column.unit);
    const { class: of } = classify(column.metric, unit);
    // A total that is added to is one of things that are counted, also where a hole was filled by its mean.
    const isCount =
      unit === '' && (of === 'errors' || of === 'saturation' || of === 'traffic') && (totals[c] || isWhole(values[c]!));
    return { ...column, unit: isCount ? '{count}' : unit };
  });
  return { ...recorded, columns, values, edges: calls(recorded) };
};
