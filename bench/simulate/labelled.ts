// Series with healthy heavy-tailed noise and few anomalies of known place: how often a stated probability is right needs many of both.
import type { Segment } from '../scoring.ts';

/** Healthy noise of a kind: a drawing function over the sample's number and its hour of day. */
type Kind = {
  readonly name: string;
  readonly least: number;
  readonly make: (random: () => number) => (t: number, hour: number) => number;
};

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
/** Student's t with three degrees of freedom. */
const fat = (random: () => number): number =>
  normal(random) / Math.sqrt((normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2) / 3);
const poisson = (random: () => number, mean: number): number => {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let [n, left, chance] = [0, random(), Math.exp(-mean)];
  while (left > chance && n < 100) {
    left -= chance;
    chance *= mean / ++n;
  }
  return n;
};
const day = (hour: number): number => 1 + 0.5 * Math.sin((2 * Math.PI * (hour - 8)) / 24);

export const kinds: readonly Kind[] = [
  { name: 'heavy tails', least: Number.NEGATIVE_INFINITY, make: (r) => () => 100 + 5 * fat(r) },
  { name: 'lognormal', least: 0, make: (r) => () => 50 * Math.exp(0.5 * normal(r)) },
  {
    name: 'correlated heavy tails',
    least: Number.NEGATIVE_INFINITY,
    make: (r) => {
      let x = 0;
      return () => {
        x = 0.9 * x + fat(r);
        return 40 + 3 * x;
      };
    },
  },
  { name: 'days', least: 0, make: (r) => (_, hour) => 80 * day(hour) * Math.exp(0.1 * fat(r)) },
  { name: 'counts of days', least: 0, make: (r) => (_, hour) => poisson(r, 40 * day(hour)) },
  { name: 'sparse counts', least: 0, make: (r) => () => poisson(r, 0.05) },
  {
    name: 'bursts',
    least: 0,
    make: (r) => () => (r() < 0.01 ? 10 * (1 - r()) ** (-1 / 2.5) : 2) + 0.3 * Math.abs(normal(r)),
  },
];

export type Labelled = {
  readonly kind: string;
  readonly times: number[];
  readonly values: number[];
  readonly segments: Segment[];
};

const START_S = 1_700_006_400;
/** Healthy samples before the first anomaly, and between two. */
const APART = 1_200;

/** One series of `count` samples every `stepS`, with an anomaly of four to fifteen scales about every `APART` samples. */
export const labelled = (kind: Kind, stepS: number, count: number, random: () => number): Labelled => {
  const draw = kind.make(random);
  const times = Array.from({ length: count }, (_, t) => START_S + t * stepS);
  const values = times.map((time, t) => draw(t, (time % 86_400) / 3_600));
  const sorted = [...values].sort((a, b) => a - b);
  const scale = Math.max(
    (sorted[Math.floor(0.84 * count)]! - sorted[Math.floor(0.16 * count)]!) / 2,
    kind.least === 0 ? 1 : 0,
  );
  const segments: Segment[] = [];
  for (let from = APART; from + 100 < count; from += APART) {
    const start = from + Math.floor((random() * APART) / 2);
    const length = 10 + Math.floor(50 * random());
    const end = Math.min(count - 1, start + length);
    const size = (4 + 11 * random()) * scale * (random() < 0.3 ? -1 : 1);
    const isSpread = random() < 0.2;
    for (let t = start; t <= end; t++) {
      const moved = isSpread ? values[t]! + size * normal(random) : values[t]! + size;
      values[t] = Math.max(kind.least, kind.name.includes('counts') ? Math.round(moved) : moved);
    }
    segments.push([times[start]!, times[end]!]);
  }
  return { kind: kind.name, times, values, segments };
};
