// How figures wander when nothing is wrong: a little around their level, with a memory, or with wild samples now and then.
export const noiseKinds = ['plain', 'wandering', 'heavy tails'] as const;
export type NoiseKind = (typeof noiseKinds)[number];

/** Memory of a wandering figure and how far it goes; how often a sample is wild, and how wild at most (factor's logarithm). */
const MEMORY = 0.95;
const WANDER = 0.05;
const WILD = 0.03;
const WILDEST = 1.5;

/** Factors for one column's samples, in order; `spread` is a sample's own, as a logarithm's standard deviation. */
export const noiseOf = (kind: NoiseKind, spread: number, normal: () => number, random: () => number): (() => number) => {
  let at = 0;
  return () => {
    if (kind === 'wandering') at = MEMORY * at + WANDER * normal();
    const wild = kind === 'heavy tails' && random() < WILD ? WILDEST * random() : 0;
    return Math.exp(at + wild + spread * normal());
  };
};
