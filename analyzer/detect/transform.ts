// The scale on which a series' noise is even: logarithm for latencies, square root for counts, the value itself for the rest.
// Robust z-scores then mean the same for 2 ms and 2 s, and a count of events is never surer than its Poisson noise allows.
import type { SeriesMeta } from '../types.ts';

export const transforms = ['identity', 'log', 'root'] as const;
export type Transform = (typeof transforms)[number];

/** Below this a latency is clock noise: 0.1 ms in seconds. */
const LATENCY_QUANTUM = 1e-4;

/** Which transform a series takes, by its class, kind and unit; never by its name. */
export const transformOf = (meta: SeriesMeta): Transform => {
  if (meta.class === 'latency') return 'log';
  if (meta.kind === 'delta' && (meta.class === 'traffic' || meta.class === 'errors' || meta.class === 'business'))
    return 'root';
  return 'identity';
};

/** Anscombe's square root (Biometrika 35, 1948) makes Poisson counts have standard deviation 1. */
export const forward = (transform: Transform, value: number): number => {
  if (transform === 'log') return Math.log(Math.max(value, 0) + LATENCY_QUANTUM);
  if (transform === 'root') return 2 * Math.sqrt(Math.max(value, 0) + 0.375);
  return value;
};

/** The value that `forward` came from. */
export const backward = (transform: Transform, value: number): number => {
  if (transform === 'log') return Math.max(0, Math.exp(value) - LATENCY_QUANTUM);
  if (transform === 'root') return Math.max(0, (value / 2) ** 2 - 0.375);
  return value;
};

/**
 * The least scale (one robust standard deviation, transformed units) that a series may have, however still its past was.
 * A latency that never moved may move by 15 %; a count has its Poisson noise; a share moves by 2 points; the rest by 5 %.
 */
export const floors = { log: 0.15, root: 1, share: 0.02, percent: 2, relative: 0.05, least: 1e-9 } as const;
