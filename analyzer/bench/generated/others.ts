// What systems report besides and nobody's trouble shows in: collections, threads, caches, disks. It rises and falls for reasons of its own.
import type { RecordedCase } from '../case.ts';

type Column = RecordedCase['columns'][number];
/** A figure's next sample; `step` counts rows. */
type Course = (random: () => number) => (step: number) => number;

const walk: Course = (random) => {
  let at = 50 + 100 * random();
  return () => (at *= Math.exp(0.04 * (random() - 0.5)));
};
const sawtooth: Course = (random) => {
  const [length, top] = [4 + Math.floor(20 * random()), 1e7 * (1 + random())];
  return (step) => top * (0.4 + (0.6 * (step % length)) / length) * (0.98 + 0.04 * random());
};
const seldom: Course = (random) => () => (random() < 0.06 ? Math.ceil(5 * random()) : 0);
const constant: Course = (random) => {
  const is = Math.ceil(100 * random());
  return () => is;
};
/** A setting that somebody changes once. */
const stepped: Course = (random) => {
  const [at, is] = [Math.floor(200 * random()), 10 + 10 * random()];
  return (step) => (step < at ? is : 1.5 * is) * (0.97 + 0.06 * random());
};

const figures: readonly (readonly [metric: string, unit: string | undefined, course: Course])[] = [
  ['jvm_gc_pause_seconds', 's', seldom],
  ['jvm_threads_live', undefined, walk],
  ['heap_used', 'bytes', sawtooth],
  ['cache_entries', undefined, walk],
  ['cache_hit_ratio', '%', walk],
  ['disk_free', 'bytes', walk],
  ['fs_writes', undefined, seldom],
  ['open_files', undefined, constant],
  ['config_reloads', undefined, seldom],
  ['worker_pool_size', undefined, stepped],
  ['log_lines', undefined, walk],
  ['tcp_retransmits', undefined, seldom],
];

/** Columns of a service and their samples. */
export const othersOf = (service: string, rows: number, random: () => number): readonly { column: Column; values: Float64Array }[] =>
  figures.map(([metric, unit, course]) => {
    const next = course(random);
    return {
      column: { column: `${service}/${metric}`, service, metric, ...(unit === undefined ? {} : { unit }) },
      values: Float64Array.from({ length: rows }, (_, step) => next(step)),
    };
  });
