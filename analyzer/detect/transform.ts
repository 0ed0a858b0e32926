// The scale on which a series' noise is even: logarithm for latencies, square root for counts, log odds for shares of calls, the value itself for the rest.
// Robust z-scores then mean the same for 2 ms and 2 s, and a count of events is never surer than its Poisson noise allows.
import type { SeriesMeta } from '../types.ts';

export const transforms = ['identity', 'log', 'root', 'odds', 'percentOdds'] as const;
export type Transform = (typeof transforms)[number];

/** Below this a latency is clock noise: 0.1 ms in seconds. */
const LATENCY_QUANTUM = 1e-4;

/** A share of calls is known to no less than this: what one call in 2,000 is. Keeps the odds of 0 and 1 finite. */
const SHARE_QUANTUM = 5e-4;

/** Which transform a series takes, by its class, kind and unit; never by its name. */
export const transformOf = (meta: SeriesMeta): Transform => {
  if (meta.class === 'latency') return 'log';
  if (meta.kind === 'delta' && (meta.class === 'traffic' || meta.class === 'errors' || meta.class === 'business'))
    return 'root';
  // Of calls that succeed or fail 99 % are ten times worse than 99.9 %, and not one point of a hundred.
  if (meta.kind === 'gauge' && meta.class === 'errors' && meta.unit === '1') return 'odds';
  if (meta.kind === 'gauge' && meta.class === 'errors' && meta.unit === '%') return 'percentOdds';
  return 'identity';
};

/** Log odds of a share in 0..1 (Berkson, JASA 39, 1944); what lies outside counts as 0 or 1. */
const oddsOf = (share: number): number => {
  const within = Math.min(1, Math.max(0, share));
  return Math.log((within + SHARE_QUANTUM) / (1 - within + SHARE_QUANTUM));
};
const shareOf = (odds: number): number => {
  const ratio = Math.exp(odds);
  return Math.min(1, Math.max(0, (ratio * (1 + SHARE_QUANTUM) - SHARE_QUANTUM) / (1 + ratio)));
};

/** Anscombe's square root (Biometrika 35, 1948) makes Poisson counts have standard deviation 1. */
export const forward = (transform: Transform, value: number): number => {
  if (transform === 'log') return Math.log(Math.max(value, 0) + LATENCY_QUANTUM);
  if (transform === 'root') return 2 * Math.sqrt(Math.max(value, 0) + 0.375);
  if (transform === 'odds') return oddsOf(value);
  if (transform === 'percentOdds') return oddsOf(value / 100);
  return value;
};

/** The value that `forward` came from. */
export const backward = (transform: Transform, value: number): number => {
  if (transform === 'log') return Math.max(0, Math.exp(value) - LATENCY_QUANTUM);
  if (transform === 'root') return Math.max(0, (value / 2) ** 2 - 0.375);
  if (transform === 'odds') return shareOf(value);
  if (transform === 'percentOdds') return 100 * shareOf(value);
  return value;
};

/**
 * The least scale (one robust standard deviation, transformed units) that a series may have, however still its past was.
 * A latency that never moved may move by 15 %; a count has its Poisson noise; odds of failing move by two thirds; another share by 2 points; the rest by 5 %.
 */
export const floors = { log: 0.15, root: 1, odds: 0.5, share: 0.02, percent: 2, relative: 0.05, least: 1e-9 } as const;
