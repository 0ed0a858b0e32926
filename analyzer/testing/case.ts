// A recorded case by hand: an app calls a till, the till a bank, and the app a menu that is well. A row a minute.
import type { RecordedCase } from '../bench/case.ts';

const names = ['app', 'till', 'bank', 'menu'] as const;

/** Latencies in seconds by `names`, one value a row each; the trouble begins at row `onset`. */
export const recordedOf = (
  values: readonly Float64Array[],
  onset: number,
  more: Partial<RecordedCase> = {},
): RecordedCase => ({
  id: 'made',
  dataset: 'made-up',
  stepSeconds: 60,
  anomalyStart: onset * 60,
  columns: names.map((service) => ({ column: service, service, metric: 'latency', unit: 's' })),
  edges: [
    ['app', 'till'],
    ['till', 'bank'],
    ['app', 'menu'],
  ],
  events: [],
  times: Array.from(values[0] ?? [], (_, i) => i * 60),
  values,
  ...more,
});
