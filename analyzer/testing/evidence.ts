// Evidence by hand, for tests that read like the incident: what a figure was, what it is since the onset, who calls whom.
import type { Evidence, SeriesEvidence, SeriesMeta } from '../types.ts';

export const ONSET_MS = 20_000;

/** A figure that was `was` (± a tenth, or `scale`) and since the onset `is`, second by second; `before` are its last samples before it. */
export const series = (
  meta: Partial<SeriesMeta> & { entity: string; metric: string },
  was: number,
  is: readonly number[],
  { scale = was * 0.1, before = [] }: { readonly scale?: number; readonly before?: readonly number[] } = {},
): SeriesEvidence => ({
  meta: {
    id: `${meta.caller ?? ''}${meta.entity}${meta.metric}${meta.stat ?? ''}${meta.operation ?? ''}`,
    unit: 's',
    class: 'latency',
    kind: 'gauge',
    bad: 'up',
    ...meta,
  },
  baseline: {
    n: 100,
    location: was,
    scale,
    mean: was,
    sd: scale,
    min: was - 3 * scale,
    max: was + 3 * scale,
    missing: 0,
  },
  timesMs: Float64Array.from([...before, ...is], (_, i) => ONSET_MS + (i - before.length) * 1_000),
  values: Float64Array.from([...before, ...is]),
});

/** All that is known three seconds after the onset. */
export const evidence = (
  all: readonly SeriesEvidence[],
  edges: readonly (readonly [string, string])[],
  events: Evidence['events'] = [],
): Evidence => ({
  stepMs: 1_000,
  onsetMs: ONSET_MS,
  nowMs: ONSET_MS + 3_000,
  series: all,
  edges: edges.map(([caller, callee]) => ({ caller, callee, source: 'traffic' })),
  kinds: new Map(edges.flat().map((name) => [name, 'service'])),
  hosts: new Map(),
  events,
});
